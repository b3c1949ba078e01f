#!lua flags=no-writes
-- Answers many small reads at once, in their order.
-- KEYS: heads. ARGV: for each read either "v", a hash and a field; or "s", a
-- stream's name, its key, that of its bodies, the first and last number, and how many
-- records at most.
--
-- Each answer is a list: {data} or {} for "v"; for "s" {head}, followed by number,
-- proof, metadata, whether it had a body, and the body or "" and whether it is still
-- there, of each record. What fails is {"!", Redis's words}.
local function failed(r) return type(r) == 'table' and r.err end

local function value(key, field)
	local data = redis.pcall('HGET', key, field)
	if failed(data) then return {'!', data.err} end
	if not data then return {} end
	return {data}
end

local function stream(name, key, bodies, first, last, most)
	local head = redis.pcall('HGET', KEYS[1], name)
	if failed(head) then return {'!', head.err} end
	local out = {head or ''}
	if head and string.sub(head, 1, 1) == 'd' then return out end
	local list = redis.pcall('XRANGE', key, first, last, 'COUNT', most)
	if failed(list) then return {'!', list.err} end
	for _, entry in ipairs(list) do
		local seq = string.match(entry[1], '^%d+')
		local fields = {}
		for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
		local body = false
		if fields['b'] == '1' then
			body = redis.pcall('HGET', bodies, seq)
			if failed(body) then return {'!', body.err} end
		end
		local n = #out
		out[n + 1], out[n + 2], out[n + 3], out[n + 4] = seq, fields['p'] or '', fields['m'] or '', fields['b'] or '0'
		out[n + 5], out[n + 6] = body or '', body and '1' or '0'
	end
	return out
end

local out, i = {}, 1
while i <= #ARGV do
	if ARGV[i] == 'v' then
		out[#out + 1] = value(ARGV[i + 1], ARGV[i + 2])
		i = i + 3
	else
		out[#out + 1] = stream(ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6])
		i = i + 7
	end
end
return out
