package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The read of one view that is under way: sent, and waited for later. */
final class RedisViewRead {
    private final ViewPlan plan;
    private final ViewQuery query;
    private final List<@Nullable Cover> covers;
    private final RedisCall.Pending answer;

    private RedisViewRead(ViewPlan plan, ViewQuery query, List<@Nullable Cover> covers, RedisCall.Pending answer) {
        this.plan = plan;
        this.query = query;
        this.covers = covers;
        this.answer = answer;
    }

    /** Sends a read; {@code call} has been given the script and the prefix. */
    static RedisViewRead begin(ViewPlan plan, ViewQuery query, RedisCall call, Redis redis, Duration timeout) {
        var covers = new ArrayList<@Nullable Cover>(query.rows());
        int asked = 0;
        Cover cover = null;
        for (int row = 0; row < query.rows(); row++) {
            boolean isEntity = query.keys().get(row) != null;
            if (isEntity) {
                long asOf = query.asOfMicros()[row];
                cover = cover != null && cover.asOfMicros() == asOf ? cover : plan.cover(asOf);
                asked++;
            }
            covers.add(isEntity ? cover : null);
        }
        call.arg(asked);
        for (int row = 0; row < query.rows(); row++) {
            EntityKey key = query.keys().get(row);
            Cover of = covers.get(row);
            if (key != null && of != null) {
                RedisRows.ask(call, EntityRow.of(key), of);
            }
        }
        return new RedisViewRead(plan, query, covers, call.begin(redis, timeout));
    }

    /** Waits for the answer. */
    ViewRows finish() {
        Response response = answer.await();
        OptionalLong newest = RedisCodec.instant(response.get(0));
        long earliest = Answers.earliest(plan, newest);
        var table = new FeatureTable(query.rows(), query.features().length);
        int next = 2;
        for (int row = 0; row < query.rows(); row++) {
            Cover cover = covers.get(row);
            if (cover == null) {
                continue;
            }
            Response found = response.get(next++);
            if (cover.asOfMicros() < earliest) {
                table.beforeRetention(row, earliest);
            } else {
                plan.read(cover, RedisRows.answer(plan, cover, found), query.features(), table, row);
            }
        }
        return new ViewRows(table, RedisCodec.positions(response.get(1)), newest);
    }
}
