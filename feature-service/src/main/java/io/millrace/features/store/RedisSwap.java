package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One attempt to apply a batch: reads rows and their revisions, and swaps them if nobody was faster. Used once. */
final class RedisSwap implements BatchFold.Rows {
    private final ViewPlan plan;
    private final RedisLink redis;
    private final Duration timeout;
    private final String prefix;
    private final Room room;
    private final String generation;
    private final Map<EntityRow, String> revisions = new LinkedHashMap<>();

    RedisSwap(ViewPlan plan, RedisLink redis, Duration timeout, String prefix, Room room, String generation) {
        this.plan = plan;
        this.redis = redis;
        this.timeout = timeout;
        this.prefix = prefix;
        this.room = room;
        this.generation = generation;
    }

    /** What came of the batch; null where somebody was faster and nothing was changed. */
    @Nullable
    Applied run(BatchFold fold, Map<SourcePartition, Long> positions, Map<SourcePartition, Long> next) {
        Map<SourcePartition, Long> moved = new HashMap<>();
        next.forEach((partition, offset) -> {
            if (offset > positions.getOrDefault(partition, -1L)) {
                moved.put(partition, offset);
            }
        });
        if (fold.isEmpty()) {
            return moved.isEmpty() || swap(null, fold.newestMicros(), positions, moved) ? fold.nothingApplied() : null;
        }
        load(fold.rows(), List.of(), List.of(), 0);
        RowChanges changes = fold.fold(this);
        return swap(changes, changes.newestMicros(), positions, moved) ? changes.applied() : null;
    }

    @Override
    public byte[] @Nullable [] tiles(List<TileKey> keys) {
        Response answer = load(Set.of(), keys, List.of(), 0).get(1);
        var found = new byte[keys.size()][];
        for (int i = 0; i < found.length; i++) {
            Response members = answer.get(i);
            if (members.size() > 0) {
                found[i] = RedisCodec.tileContent(members.get(0).toBytes());
            }
        }
        return found;
    }

    @Override
    public Map<EntityRow, EventOrder> newest(Collection<EntityRow> rows, long atOrBeforeMicros) {
        List<EntityRow> wanted = List.copyOf(rows);
        Response answer = load(Set.of(), List.of(), wanted, atOrBeforeMicros).get(2);
        Map<EntityRow, EventOrder> found = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            Response members = answer.get(i);
            if (members.size() > 0) {
                found.put(
                        wanted.get(i),
                        RedisCodec.event(members.get(0).toBytes()).order());
            }
        }
        return found;
    }

    /** Revisions are read before everything else of their rows: a change in between makes the swap fail. */
    private Response load(Set<EntityRow> rows, List<TileKey> tiles, List<EntityRow> late, long bound) {
        RedisCall call = call(RedisScripts.LOAD).arg(rows.size());
        rows.forEach(row -> call.arg(row.bytes()));
        call.arg(tiles.size());
        tiles.forEach(tile -> call.arg(tile.row().bytes()).arg(tile.level()).arg(tile.number()));
        call.arg(late.size());
        byte[] above = RedisCodec.above('[', bound);
        late.forEach(row -> call.arg(row.bytes()).arg(above));
        Response answer = call.send(redis, timeout);
        int i = 0;
        for (EntityRow row : rows) {
            revisions.put(row, answer.get(0).get(i++).toString());
        }
        return answer;
    }

    /** One that the row never had: also not in a state that a failover took back. */
    static String newRevision() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    private boolean swap(
            @Nullable RowChanges changes,
            long newestMicros,
            Map<SourcePartition, Long> positions,
            Map<SourcePartition, Long> moved) {
        RedisCall call = call(RedisScripts.SWAP)
                .arg(room.name())
                .arg(newestMicros == Long.MIN_VALUE ? "" : RedisCodec.instant(newestMicros))
                .arg(newRevision());
        call.arg(moved.size());
        moved.forEach((partition, next) -> {
            Long before = positions.get(partition);
            call.arg(RedisCodec.partition(partition))
                    .arg(before == null ? "" : before.toString())
                    .arg(next);
        });
        call.arg(revisions.size());
        revisions.forEach((row, revision) -> call.arg(row.bytes()).arg(revision));
        if (changes == null) {
            call.arg(0).arg(0).arg(0).arg(0);
        } else {
            write(changes, call);
        }
        return call.send(redis, timeout).toLong() == 1;
    }

    private void write(RowChanges changes, RedisCall call) {
        List<RowFold.Slot> tiles =
                changes.rows().stream().flatMap(row -> row.slots().stream()).toList();
        call.arg(tiles.size());
        tiles.forEach(slot -> call.arg(slot.key().row().bytes())
                .arg(slot.key().level())
                .arg(slot.key().number())
                .arg(RedisCodec.tile(slot.key().number(), slot.tile())));
        call.arg(changes.rows().stream()
                .mapToInt(row -> row.singles().size() + (row.behind() == null ? 0 : 1))
                .sum());
        for (RowFold row : changes.rows()) {
            row.singles().forEach(event -> single(row.row(), event, call));
            Observation behind = row.behind();
            if (behind != null) {
                single(row.row(), behind, call);
            }
        }
        List<Long> levels = plan.levels().micros();
        List<RowFold> trimmed =
                changes.rows().stream().filter(RowFold::isTrimmed).toList();
        call.arg(levels.size()).arg(trimmed.size());
        byte[] bound = RedisCodec.above('[', changes.horizon().singlesAfterMicros());
        for (RowFold row : trimmed) {
            call.arg(row.row().bytes()).arg(bound);
            changes.horizon().firstTiles().forEach(number -> call.arg(number));
        }
    }

    private static void single(EntityRow row, Observation event, RedisCall call) {
        call.arg(row.bytes()).arg(RedisCodec.event(event));
    }

    private RedisCall call(String script) {
        return new RedisCall(script, prefix).arg(prefix).arg(generation);
    }
}
