#!lua
-- Keeps the tombstone of a stream whose life ended in another store.
-- KEYS: store, heads, changes, the stream, its bodies.
-- ARGV: 1 the store's id, 2 the stream's name, 3 its last head as a dropped one,
-- 4 the number in it.
local store, heads, changes, stream, bodies = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local known = redis.call('HMGET', store, 'id', 'changes', 'erasures')
if known[1] ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
local head = redis.call('HGET', heads, ARGV[2]) or ''
if head == ARGV[3] then return 'ok' end
if string.sub(head, 1, 1) == 'd' then return 'conflict' end
-- A head is a letter, 32 bytes of digest and the number.
if head ~= '' and tonumber(string.sub(head, 34)) > tonumber(ARGV[4]) then return 'conflict' end
if not (tonumber(known[2] or 0) and tonumber(known[3] or 0)) then return redis.error_reply('KITHBROKEN a counter is no number') end
redis.call('ZCARD', changes)

redis.call('HSET', heads, ARGV[2], ARGV[3])
redis.call('UNLINK', stream, bodies)
redis.call('ZADD', changes, redis.call('HINCRBY', store, 'changes', 1), ARGV[2])
if head ~= '' then redis.call('HINCRBY', store, 'erasures', 1) end
return 'ok'
