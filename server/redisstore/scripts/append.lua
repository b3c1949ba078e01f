#!lua
-- Appends records to a stream, or only compares its head if there are none.
--
-- KEYS: store, heads, changes, the stream, its bodies.
-- ARGV: 1 the store's id, 2 the stream's name, 3 its head before ("" for none),
-- 4 its head after, 5 its length before, 6 "1" if bodies are erased, 7 channel of
-- the news ("" for none), 8 news; then for each record its number, proof, metadata,
-- "1" if it has a body ("e" if it had one that was erased), the body, and the numbers whose bodies it erases ("3 7").
--
-- Every check comes before the first write, and each write fits what was checked,
-- so none can fail half way. At maxmemory Redis refuses the script as a whole,
-- because its first line names no flag that would allow it.
local store, heads, changes, stream, bodies = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local known = redis.call('HMGET', store, 'id', 'changes', 'erasures')
if known[1] ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
local head = redis.call('HGET', heads, ARGV[2]) or ''
if string.sub(head, 1, 1) == 'd' then return 'dropped' end
if head ~= ARGV[3] then return 'conflict' end
if #ARGV == 8 then return 'ok' end
if not (tonumber(known[2] or 0) and tonumber(known[3] or 0)) then return redis.error_reply('KITHBROKEN a counter is no number') end
redis.call('ZCARD', changes)
redis.call('HLEN', bodies)
if redis.call('XLEN', stream) ~= tonumber(ARGV[5]) then return redis.error_reply('KITHBROKEN the stream is not as long as its head says') end

for i = 9, #ARGV, 6 do
	local had = ARGV[i + 3] == 'e' and '1' or ARGV[i + 3]
	redis.call('XADD', stream, ARGV[i] .. '-0', 'p', ARGV[i + 1], 'm', ARGV[i + 2], 'b', had)
	if ARGV[i + 3] == '1' then redis.call('HSET', bodies, ARGV[i], ARGV[i + 4]) end
	for seq in string.gmatch(ARGV[i + 5], '%d+') do redis.call('HDEL', bodies, seq) end
end
redis.call('HSET', heads, ARGV[2], ARGV[4])
redis.call('ZADD', changes, redis.call('HINCRBY', store, 'changes', 1), ARGV[2])
if ARGV[6] == '1' then redis.call('HINCRBY', store, 'erasures', 1) end
if ARGV[7] ~= '' then redis.pcall('PUBLISH', ARGV[7], ARGV[8]) end
return 'ok'
