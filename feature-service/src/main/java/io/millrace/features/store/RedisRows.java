package io.millrace.features.store;

import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.RowData;
import io.millrace.features.kernel.fold.RowData.NumberedTile;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.TileRun;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

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

    static RowData answer(ViewPlan plan, Cover cover, Response answer) {
        Response newest = answer.get(0);
        var head = new ArrayList<Observation>();
        for (Response member : answer.get(1)) {
            head.add(RedisCodec.event(member.toBytes()));
        }
        var tiles = new ArrayList<List<NumberedTile>>();
        plan.levels().micros().forEach(_ -> tiles.add(new ArrayList<>()));
        for (int i = 0; i < cover.fetch().size(); i++) {
            List<NumberedTile> found = tiles.get(cover.fetch().get(i).level());
            for (Response member : answer.get(2).get(i)) {
                byte[] bytes = member.toBytes();
                found.add(new NumberedTile(RedisCodec.tileNumber(bytes), plan.tile(RedisCodec.tileContent(bytes))));
            }
        }
        return new RowData(
                newest.size() == 0 ? null : RedisCodec.event(newest.get(0).toBytes()), head, tiles);
    }
}
