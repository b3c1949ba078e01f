#!lua
-- Puts a value if its condition holds.
-- KEYS: store, versions of the bucket, data of the bucket, expiring.
-- ARGV: 1 the store's id, 2 key, 3 "any", "absent" or the version that must stand
-- there, 4 now and 5 the value's end in milliseconds (0: never), 6 data, 7 its name
-- among the expiring. Returns the new version, or nothing if the condition fails.
local store, versions, data, expiring = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local known = redis.call('HMGET', store, 'id', 'versions')
if known[1] ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
if not tonumber(known[2] or 0) then return redis.error_reply('KITHBROKEN a counter is no number') end
local version, expires = string.match(redis.call('HGET', versions, ARGV[2]) or '', '^(%d+):(%d+)$')
if version and expires ~= '0' and tonumber(expires) <= tonumber(ARGV[4]) then version = nil end
if ARGV[3] ~= 'any' and ARGV[3] ~= (version or 'absent') then return false end
redis.call('HLEN', data)
redis.call('ZCARD', expiring)

local new = redis.call('HINCRBY', store, 'versions', 1)
local mark = string.format('%.0f:%s', new, ARGV[5])
redis.call('HSET', versions, ARGV[2], mark)
redis.call('HSET', data, ARGV[2], mark .. ':' .. ARGV[6])
if ARGV[5] == '0' then redis.call('ZREM', expiring, ARGV[7]) else redis.call('ZADD', expiring, ARGV[5], ARGV[7]) end
return new
