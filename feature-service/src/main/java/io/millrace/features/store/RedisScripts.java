package io.millrace.features.store;

/**
 * What runs inside Redis: reads that are one snapshot, and the swap of rows and positions that happens only if nobody was faster. No numbers are computed there
 * but counts; the fold is Java's. For Redis from 6.2, alone or in a cluster.
 *
 * <p>The rows of a view are spread over buckets. All keys of a bucket begin with the same prefix, whose hash tag keeps them on one shard: {@code SERVED} and {@code BESIDE}, the generation in
 * each room; {@code last}, the newest generation; {@code dead}, generations that are to be deleted; {@code withheld}, why reads are refused. Of a generation: {@code <gen>:def}, the fingerprint of
 * the definition; {@code <gen>:newest}, newest event time of the view; {@code <gen>:pos}, partitions to next offsets; {@code <gen>:rows}, rows to their revisions; {@code <gen>:s:<row>},
 * single events, ordered; {@code <gen>:t<level>:<row>}, tiles by number.
 */
final class RedisScripts {
    /** Prefix, room, fingerprint (empty: any), whether to begin a generation where there is none. Answers: generation or empty, newest, positions, why withheld. */
    static final String HEAD = """
            local p, room, wanted = ARGV[1], ARGV[2], ARGV[3]
            local withheld = room == 'SERVED' and redis.call('GET', p..'withheld') or false
            local gen = redis.call('GET', p..room)
            if gen and wanted ~= '' and redis.call('GET', p..gen..':def') ~= wanted then
              if ARGV[4] == '1' then redis.call('SADD', p..'dead', gen) end
              gen = false
            end
            if not gen and ARGV[4] == '1' and not withheld then
              gen = tostring(redis.call('INCR', p..'last'))
              redis.call('SET', p..room, gen)
              redis.call('SET', p..gen..':def', wanted)
            end
            if not gen then return {'', false, {}, withheld} end
            return {gen, redis.call('GET', p..gen..':newest'), redis.call('HGETALL', p..gen..':pos'), withheld}
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
     * Prefix, generation; room; newest; the revision that the rows get; positions (partition, expected, next); rows (row, expected revision); tiles (row, level, number, tile); single events (row, event); trims
     * (row, bound of events, bounds of tiles by level). Answers 1, or 0 where something was not as expected: nothing was changed then.
     */
    static final String SWAP = """
            local p = ARGV[1]..ARGV[2]..':'
            if redis.call('GET', ARGV[1]..ARGV[3]) ~= ARGV[2] then return 0 end
            local newest, revision = ARGV[4], ARGV[5]
            local at = 6
            local function take() local v = ARGV[at]; at = at + 1; return v end
            local positions, rows = {}, {}
            for i = 1, tonumber(take()) do
              local partition, expected, next = take(), take(), take()
              if (redis.call('HGET', p..'pos', partition) or '') ~= expected then return 0 end
              positions[i] = {partition, next}
            end
            for i = 1, tonumber(take()) do
              local row, expected = take(), take()
              if (redis.call('HGET', p..'rows', row) or '0') ~= expected then return 0 end
              rows[i] = row
            end
            for _, moved in ipairs(positions) do redis.call('HSET', p..'pos', moved[1], moved[2]) end
            for _, row in ipairs(rows) do redis.call('HSET', p..'rows', row, revision) end
            if newest ~= '' and newest > (redis.call('GET', p..'newest') or '') then redis.call('SET', p..'newest', newest) end
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
     * Prefix, room, fingerprint; queries (row, upper bound, head bound, runs (level, first number, last number)). Answers: newest, positions, why withheld; for each query the newest event, the
     * head's events and the tiles of each run.
     */
    static final String READ = """
            local view, room = ARGV[1], ARGV[2]
            local gen = redis.call('GET', view..room)
            if not gen or redis.call('GET', view..gen..':def') ~= ARGV[3] then gen = '0' end
            local p = view..gen..':'
            local at = 4
            local function take() local v = ARGV[at]; at = at + 1; return v end
            local withheld = room == 'SERVED' and redis.call('GET', view..'withheld') or false
            local answers = {redis.call('GET', p..'newest'), redis.call('HGETALL', p..'pos'), withheld}
            for i = 1, tonumber(take()) do
              local row, upper, head = take(), take(), take()
              local s = p..'s:'..row
              local tiles = {}
              for j = 1, tonumber(take()) do
                local level, first, last = take(), take(), take()
                tiles[j] = redis.call('ZRANGEBYSCORE', p..'t'..level..':'..row, first, last)
              end
              answers[i + 3] = {redis.call('ZREVRANGEBYLEX', s, upper, '-', 'LIMIT', 0, 1), redis.call('ZRANGEBYLEX', s, head, upper), tiles}
            end
            return answers
            """;

    /** Prefix, room, why withheld from now on (empty: not). Sets the rows of the room aside. */
    static final String FORGET = """
            local p, room, why = ARGV[1], ARGV[2], ARGV[3]
            local gen = redis.call('GET', p..room)
            if gen then redis.call('SADD', p..'dead', gen) end
            redis.call('DEL', p..room)
            if why ~= '' then redis.call('SET', p..'withheld', why) elseif room == 'SERVED' then redis.call('DEL', p..'withheld') end
            return 1
            """;

    /**
     * Prefix, fingerprint, whether to do it. What is beside becomes what is served. Answers 1, 0 where what is beside is behind or of another definition, 2 where nothing is beside.
     */
    static final String PROMOTE = """
            local p = ARGV[1]
            local built, served = redis.call('GET', p..'BESIDE'), redis.call('GET', p..'SERVED')
            if not built then return 2 end
            if redis.call('GET', p..built..':def') ~= ARGV[2] then return 0 end
            if served then
              local positions = redis.call('HGETALL', p..served..':pos')
              for i = 1, #positions, 2 do
                if tonumber(redis.call('HGET', p..built..':pos', positions[i]) or '-1') < tonumber(positions[i + 1]) then return 0 end
              end
            end
            if ARGV[3] == '1' then
              if served then redis.call('SADD', p..'dead', served) end
              redis.call('SET', p..'SERVED', built)
              redis.call('DEL', p..'BESIDE', p..'withheld')
            end
            return 1
            """;

    /** Prefix, levels. Deletes some rows of a generation that nobody uses. Answers 0 where there is none. */
    static final String SWEEP_DEAD = """
            local p = ARGV[1]
            local gen = redis.call('SRANDMEMBER', p..'dead')
            if not gen then return 0 end
            local g = p..gen..':'
            local cursor, found = '0', {}
            repeat
              local page = redis.call('HSCAN', g..'rows', cursor, 'COUNT', 500)
              cursor, found = page[1], page[2]
            until #found > 0 or cursor == '0'
            for i = 1, #found, 2 do
              local row = found[i]
              redis.call('UNLINK', g..'s:'..row)
              for level = 0, tonumber(ARGV[2]) - 1 do redis.call('UNLINK', g..'t'..level..':'..row) end
              redis.call('HDEL', g..'rows', row)
            end
            if #found == 0 then
              redis.call('UNLINK', g..'rows', g..'pos', g..'newest', g..'def')
              redis.call('SREM', p..'dead', gen)
            end
            return 1
            """;

    /**
     * Prefix, generation, cursor, rows at a time, bound of events, bounds of tiles by level. Deletes what is behind the bounds, but for each row's newest event. Answers: the next cursor, the
     * rows that were looked at, the events and tiles that were deleted.
     */
    static final String TRIM = """
            local p = ARGV[1]..ARGV[2]..':'
            local page = redis.call('HSCAN', p..'rows', ARGV[3], 'COUNT', ARGV[4])
            local found, deleted = page[2], 0
            for i = 1, #found, 2 do
              local row = found[i]
              local old = redis.call('ZLEXCOUNT', p..'s:'..row, '-', ARGV[5])
              if old > 1 then deleted = deleted + redis.call('ZREMRANGEBYRANK', p..'s:'..row, 0, old - 2) end
              for level = 0, #ARGV - 6 do
                deleted = deleted + redis.call('ZREMRANGEBYSCORE', p..'t'..level..':'..row, '-inf', '('..ARGV[6 + level])
              end
            end
            return {page[1], #found / 2, deleted}
            """;

    /** Prefix, room, generation, cursor, rows at a time. Answers: the next cursor, and rows with their newest events in turn; nothing where the generation is another one. */
    static final String NEWEST = """
            local p, gen = ARGV[1], ARGV[3]
            if redis.call('GET', p..ARGV[2]) ~= gen then return {} end
            local page = redis.call('HSCAN', p..gen..':rows', ARGV[4], 'COUNT', ARGV[5])
            local found, answer = page[2], {}
            for i = 1, #found, 2 do
              local newest = redis.call('ZREVRANGE', p..gen..':s:'..found[i], 0, 0)[1]
              if newest then
                answer[#answer + 1] = found[i]
                answer[#answer + 1] = newest
              end
            end
            return {page[1], answer}
            """;

    /** Prefix, room, row, levels, the revision that it gets. Deletes a row's events and tiles; no swap that read the revision before succeeds. */
    static final String DELETE = """
            local generation = redis.call('GET', ARGV[1]..ARGV[2])
            if not generation then return 0 end
            local p = ARGV[1]..generation..':'
            redis.call('UNLINK', p..'s:'..ARGV[3])
            for level = 0, tonumber(ARGV[4]) - 1 do redis.call('UNLINK', p..'t'..level..':'..ARGV[3]) end
            redis.call('HSET', p..'rows', ARGV[3], ARGV[5])
            return 1
            """;

    private RedisScripts() {}
}
