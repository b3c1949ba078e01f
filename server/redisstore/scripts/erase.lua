#!lua
-- Takes bodies away. KEYS: store, the stream's bodies. ARGV: the store's id, then
-- the numbers of the records.
local known = redis.call('HMGET', KEYS[1], 'id', 'erasures')
if known[1] ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
if not tonumber(known[2] or 0) then return redis.error_reply('KITHBROKEN a counter is no number') end
redis.call('HLEN', KEYS[2])

for i = 2, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
redis.call('HINCRBY', KEYS[1], 'erasures', 1)
return 'ok'
