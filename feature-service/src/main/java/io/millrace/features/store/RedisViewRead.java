package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.CoverFold;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The read of one view that is under way: sent to all buckets that have a row of it, and waited for later. */
final class RedisViewRead {
    private final RedisBuckets buckets;
    private final ViewPlan plan;
    private final ViewQuery query;
    private final CoverFold fold;
    private final List<Part> parts;

    /** What is asked of one bucket: rows of the query, in order. */
    private record Part(List<Integer> rows, List<Cover> covers, RedisCall.Pending answer) {}

    private RedisViewRead(RedisBuckets buckets, ViewPlan plan, ViewQuery query, CoverFold fold, List<Part> parts) {
        this.buckets = buckets;
        this.plan = plan;
        this.query = query;
        this.fold = fold;
        this.parts = parts;
    }

    /** Sends a read. One without entities asks all buckets, for their positions. */
    static RedisViewRead begin(RedisBuckets buckets, Room room, ViewPlan plan, String fingerprint, ViewQuery query) {
        Map<Integer, List<Integer>> byBucket = new TreeMap<>();
        var entities = new ArrayList<@Nullable EntityRow>(query.rows());
        for (int row = 0; row < query.rows(); row++) {
            EntityKey key = query.keys().get(row);
            EntityRow entity = key == null ? null : EntityRow.of(key);
            entities.add(entity);
            if (entity != null) {
                byBucket.computeIfAbsent(buckets.of(entity), _ -> new ArrayList<>())
                        .add(row);
            }
        }
        if (byBucket.isEmpty()) {
            for (int bucket = 0; bucket < buckets.count(); bucket++) {
                byBucket.put(bucket, List.of());
            }
        }
        FeatureView view = query.view();
        var fold = new CoverFold(plan, query.features());
        var parts = new ArrayList<Part>(byBucket.size());
        byBucket.forEach((bucket, rows) -> {
            RedisCall call = buckets.call(RedisScripts.READ, view.id(), bucket)
                    .arg(room.name())
                    .arg(fingerprint)
                    .arg(rows.size());
            var covers = new ArrayList<Cover>(rows.size());
            for (int row : rows) {
                Cover last = covers.isEmpty() ? null : covers.getLast();
                long asOf = query.asOfMicros()[row];
                Cover cover = last != null && last.asOfMicros() == asOf ? last : fold.cover(asOf);
                covers.add(cover);
                EntityRow entity = entities.get(row);
                if (entity != null) {
                    RedisRows.ask(call, entity, cover);
                }
            }
            parts.add(new Part(rows, covers, call.begin(buckets.redis(), buckets.timeout())));
        });
        return new RedisViewRead(buckets, plan, query, fold, parts);
    }

    /**
     * Waits for the answer.
     *
     * @throws io.millrace.features.app.StoreUnavailableException where the view is withheld too
     */
    ViewRows finish() {
        var table = new FeatureTable(query.rows(), query.features().length);
        var positions = new ArrayList<Map<SourcePartition, Long>>(parts.size());
        OptionalLong newest = OptionalLong.empty();
        for (Part part : parts) {
            Response response = part.answer().await();
            buckets.refuseWithheld(query.view().id(), response.get(2));
            positions.add(RedisCodec.positions(response.get(1)));
            OptionalLong ofBucket = RedisCodec.instant(response.get(0));
            fill(table, part, response, Answers.earliest(plan, ofBucket));
            newest = newest.isPresent() && newest.getAsLong() > ofBucket.orElse(Long.MIN_VALUE) ? newest : ofBucket;
        }
        return new ViewRows(table, RedisBuckets.least(positions), newest);
    }

    private void fill(FeatureTable table, Part part, Response response, long earliest) {
        for (int i = 0; i < part.rows().size(); i++) {
            int row = part.rows().get(i);
            Cover cover = part.covers().get(i);
            if (cover.asOfMicros() < earliest) {
                table.beforeRetention(row, earliest);
            } else {
                fold.begin(cover, table, row);
                RedisRows.answer(cover, response.get(i + 3), fold);
                fold.finish();
            }
        }
    }
}
