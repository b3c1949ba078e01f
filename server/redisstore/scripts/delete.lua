#!lua
-- Takes a value away if its condition holds.
-- KEYS: store, versions of the bucket, data of the bucket, expiring.
-- ARGV: 1 the store's id, 2 key, 3 "any" or the version that must stand there,
-- 4 now in milliseconds, 5 its name among the expiring. Returns 1, or 0 if the
-- condition fails.
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
local version, expires = string.match(redis.call('HGET', KEYS[2], ARGV[2]) or '', '^(%d+):(%d+)$')
if version and expires ~= '0' and tonumber(expires) <= tonumber(ARGV[4]) then version = nil end
if ARGV[3] ~= 'any' and ARGV[3] ~= version then return 0 end
redis.call('HLEN', KEYS[3])
redis.call('ZCARD', KEYS[4])

redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[5])
return 1
