#!lua
-- Ends a stream's life. Its head stays, marked as dropped.
-- KEYS: store, heads, changes, the stream, its bodies.
-- ARGV: 1 the store's id, 2 the stream's name. Returns its last head, or nothing if
-- it was dropped before.
local store, heads, changes, stream, bodies = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local known = redis.call('HMGET', store, 'id', 'changes', 'erasures')
if known[1] ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
local head = redis.call('HGET', heads, ARGV[2]) or ''
if string.sub(head, 1, 1) == 'd' then return false end
if not (tonumber(known[2] or 0) and tonumber(known[3] or 0)) then return redis.error_reply('KITHBROKEN a counter is no number') end
redis.call('ZCARD', changes)

redis.call('HSET', heads, ARGV[2], 'd' .. string.sub(head, 2))
redis.call('UNLINK', stream, bodies)
redis.call('ZADD', changes, redis.call('HINCRBY', store, 'changes', 1), ARGV[2])
redis.call('HINCRBY', store, 'erasures', 1)
return head
