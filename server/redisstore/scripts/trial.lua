#!lua
-- Tries everything that the other scripts do, on one key, and leaves nothing.
-- KEYS: a key that nobody uses. ARGV: a channel.
local key = KEYS[1]
redis.call('UNLINK', key)
redis.call('HSET', key, 'a', '1')
redis.call('HGET', key, 'a')
redis.call('HMGET', key, 'a', 'b')
redis.call('HINCRBY', key, 'a', 1)
redis.call('HLEN', key)
redis.call('HDEL', key, 'a')
redis.call('XADD', key, '1-0', 'a', '1')
redis.call('XLEN', key)
redis.call('UNLINK', key)
redis.call('ZADD', key, 1, 'a')
redis.call('ZCARD', key)
redis.call('ZRANGEBYSCORE', key, '-inf', '+inf', 'LIMIT', 0, 1)
redis.call('ZREM', key, 'a')
redis.call('INFO', 'replication')
redis.call('PUBLISH', ARGV[1], 'trial')
return 'ok'
