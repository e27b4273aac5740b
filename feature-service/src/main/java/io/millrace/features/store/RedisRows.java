package io.millrace.features.store;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.CoverFold;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.window.TileRun;
import io.vertx.redis.client.Response;

/** One row's part of a read: what is asked and what comes back. */
final class RedisRows {
    private RedisRows() {}

    static void ask(RedisCall call, EntityRow row, Cover cover) {
        call.arg(row.bytes())
                .arg(RedisCodec.above('[', cover.asOfMicros()))
                .arg(RedisCodec.above('(', cover.headMicros()))
                .arg(cover.fetch().size());
        for (TileRun run : cover.fetch()) {
            call.arg(run.level()).arg(run.from()).arg(run.to() - 1);
        }
    }

    /** Hands over what came back. */
    static void answer(Cover cover, Response answer, CoverFold into) {
        Response newest = answer.get(0);
        if (newest.size() > 0) {
            var in = new ByteReader(newest.get(0).toBytes());
            into.newest(EventOrder.readSortable(in).timeMicros(), in);
        }
        for (Response member : answer.get(1)) {
            into.head(RedisCodec.event(member.toBytes()));
        }
        for (int i = 0; i < cover.fetch().size(); i++) {
            int level = cover.fetch().get(i).level();
            for (Response member : answer.get(2).get(i)) {
                byte[] bytes = member.toBytes();
                into.tile(level, RedisCodec.tileNumber(bytes), new ByteReader(bytes, RedisCodec.TILE_CONTENT));
            }
        }
    }
}
