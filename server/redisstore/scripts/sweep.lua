#!lua
-- Takes expired values away, some at a time.
-- KEYS: store, expiring. ARGV: 1 the store's id, 2 now in milliseconds, 3 how many
-- at most, 4 and 5 how keys of versions and of data begin. Returns how many went.
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, name in ipairs(names) do
	local bucket, key = string.match(name, '^([^ ]+) (.*)$')
	redis.call('ZREM', KEYS[2], name)
	if bucket then
		redis.call('HDEL', ARGV[4] .. bucket, key)
		redis.call('HDEL', ARGV[5] .. bucket, key)
	end
end
return #names
