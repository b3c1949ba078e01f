#!lua flags=no-writes
-- Which streams moved since a change, with their heads of now.
-- KEYS: store, heads, changes. ARGV: 1 the store's id, 2 the number of the change,
-- 3 how many at most. Returns the number of the newest change, the history that
-- this Redis is in (its own id of it, which another one never has), then for each
-- stream its name, the number of its change, and its head.
local known = redis.call('HMGET', KEYS[1], 'id', 'changes')
if known[1] ~= ARGV[1] then return redis.error_reply('KITHOTHER this is not the store that was opened') end
local replication = redis.call('INFO', 'replication')
-- An old primary that was made a replica lags behind, and its connections live on.
if not string.find(replication, 'role:master', 1, true) then return redis.error_reply('READONLY this is a replica') end
local history = string.match(replication, 'master_replid:(%x+)') or ''
local out = {known[2] or '0', history}
local moved = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
if #moved == 0 then return out end
for i = 1, #moved, 2 do
	out[#out + 1] = moved[i]
	out[#out + 1] = moved[i + 1]
	out[#out + 1] = redis.call('HGET', KEYS[2], moved[i]) or ''
end
return out
