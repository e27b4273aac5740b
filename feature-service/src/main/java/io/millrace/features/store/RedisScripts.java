package io.millrace.features.store;

/**
 * What runs inside Redis: reads that are one snapshot, and the swap of rows and positions that happens only if nobody was faster. No numbers are computed there
 * but counts; the fold is Java's. For Redis from 6.2.
 *
 * <p>Keys of a view all begin with the same prefix, whose hash tag keeps them on one shard: {@code gen}, the view's generation; {@code newest}, newest event time; {@code pos},
 * partitions to next offsets; {@code <gen>:rows}, rows to their revisions; {@code <gen>:s:<row>}, single events, ordered; {@code <gen>:t<level>:<row>}, tiles by number.
 */
final class RedisScripts {
    /** Prefix. Answers: generation, newest, positions. */
    static final String HEAD = """
            local p = ARGV[1]
            return {redis.call('GET', p..'gen') or '0', redis.call('GET', p..'newest'), redis.call('HGETALL', p..'pos')}
            """;

    /** Prefix, generation; rows; tiles (row, level, number); late rows with their bound. Answers: revisions, tiles, newest events of late rows. */
    static final String LOAD = """
            local p = ARGV[1]..ARGV[2]..':'
            local at = 3
            local function take() local v = ARGV[at]; at = at + 1; return v end
            local revisions, tiles, late = {}, {}, {}
            for i = 1, tonumber(take()) do revisions[i] = redis.call('HGET', p..'rows', take()) or '0' end
            for i = 1, tonumber(take()) do
              local row, level, number = take(), take(), take()
              tiles[i] = redis.call('ZRANGEBYSCORE', p..'t'..level..':'..row, number, number)
            end
            for i = 1, tonumber(take()) do
              local row, bound = take(), take()
              late[i] = redis.call('ZREVRANGEBYLEX', p..'s:'..row, bound, '-', 'LIMIT', 0, 1)
            end
            return {revisions, tiles, late}
            """;

    /**
     * Prefix, generation; newest; positions (partition, expected, next); rows (row, expected revision); tiles (row, level, number, tile); single events (row, event); trims
     * (row, bound of events, bounds of tiles by level). Answers 1, or 0 where something was not as expected: nothing was changed then.
     */
    static final String SWAP = """
            local view = ARGV[1]
            local p = view..ARGV[2]..':'
            if (redis.call('GET', view..'gen') or '0') ~= ARGV[2] then return 0 end
            local newest = ARGV[3]
            local at = 4
            local function take() local v = ARGV[at]; at = at + 1; return v end
            local positions, rows = {}, {}
            for i = 1, tonumber(take()) do
              local partition, expected, next = take(), take(), take()
              if (redis.call('HGET', view..'pos', partition) or '') ~= expected then return 0 end
              positions[i] = {partition, next}
            end
            for i = 1, tonumber(take()) do
              local row, expected = take(), take()
              if (redis.call('HGET', p..'rows', row) or '0') ~= expected then return 0 end
              rows[i] = row
            end
            for _, moved in ipairs(positions) do redis.call('HSET', view..'pos', moved[1], moved[2]) end
            for _, row in ipairs(rows) do redis.call('HINCRBY', p..'rows', row, 1) end
            if newest ~= '' and newest > (redis.call('GET', view..'newest') or '') then redis.call('SET', view..'newest', newest) end
            for i = 1, tonumber(take()) do
              local row, level, number, tile = take(), take(), take(), take()
              local key = p..'t'..level..':'..row
              redis.call('ZREMRANGEBYSCORE', key, number, number)
              redis.call('ZADD', key, number, tile)
            end
            for i = 1, tonumber(take()) do
              local row, event = take(), take()
              redis.call('ZADD', p..'s:'..row, 0, event)
            end
            local levels = tonumber(take())
            for i = 1, tonumber(take()) do
              local row, bound = take(), take()
              local old = redis.call('ZLEXCOUNT', p..'s:'..row, '-', bound)
              if old > 1 then redis.call('ZREMRANGEBYRANK', p..'s:'..row, 0, old - 2) end
              for level = 0, levels - 1 do
                redis.call('ZREMRANGEBYSCORE', p..'t'..level..':'..row, '-inf', '('..take())
              end
            end
            return 1
            """;

    /**
     * Prefix; queries (row, upper bound, head bound, runs (level, first number, last number)). Answers: newest, positions; for each query the newest event, the head's events and the
     * tiles of each run.
     */
    static final String READ = """
            local view = ARGV[1]
            local p = view..(redis.call('GET', view..'gen') or '0')..':'
            local at = 2
            local function take() local v = ARGV[at]; at = at + 1; return v end
            local answers = {redis.call('GET', view..'newest'), redis.call('HGETALL', view..'pos')}
            for i = 1, tonumber(take()) do
              local row, upper, head = take(), take(), take()
              local s = p..'s:'..row
              local tiles = {}
              for j = 1, tonumber(take()) do
                local level, first, last = take(), take(), take()
                tiles[j] = redis.call('ZRANGEBYSCORE', p..'t'..level..':'..row, first, last)
              end
              answers[i + 2] = {redis.call('ZREVRANGEBYLEX', s, upper, '-', 'LIMIT', 0, 1), redis.call('ZRANGEBYLEX', s, head, upper), tiles}
            end
            return answers
            """;

    /** Prefix. Forgets the view and sets its rows aside. Answers the generation whose rows are to be deleted. */
    static final String FORGET = """
            local p = ARGV[1]
            local gen = redis.call('GET', p..'gen') or '0'
            redis.call('UNLINK', p..'pos', p..'newest')
            redis.call('INCR', p..'gen')
            return gen
            """;

    /** Prefix, generation, levels. Deletes some rows of a generation. Answers how many there were. */
    static final String SWEEP = """
            local p = ARGV[1]..ARGV[2]..':'
            local cursor, found = '0', {}
            repeat
              local page = redis.call('HSCAN', p..'rows', cursor, 'COUNT', 500)
              cursor, found = page[1], page[2]
            until #found > 0 or cursor == '0'
            for i = 1, #found, 2 do
              local row = found[i]
              redis.call('UNLINK', p..'s:'..row)
              for level = 0, tonumber(ARGV[3]) - 1 do redis.call('UNLINK', p..'t'..level..':'..row) end
              redis.call('HDEL', p..'rows', row)
            end
            return #found / 2
            """;

    private RedisScripts() {}
}
