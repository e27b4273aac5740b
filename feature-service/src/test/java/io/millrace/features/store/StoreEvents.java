package io.millrace.features.store;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The views and events that the tests of the stores share. */
final class StoreEvents {
    static final long SECOND = 1_000_000L;
    static final long MINUTE = 60 * SECOND;
    static final long HOUR = 60 * MINUTE;
    static final long DAY = 24 * HOUR;

    /** 2001-03-02T10:15:00Z. */
    static final long NOON = 983_528_100 * SECOND;

    static final FeatureView VIEW = view("delays", """
            features:
              - {name: latest, type: double, field: x}
              - {name: n_1m, type: int64, aggregate: count, window: 1m}
              - {name: n_3h, type: int64, aggregate: count, window: 3h}
              - {name: sum_3h, type: double, aggregate: sum, field: x, window: 3h}
              - {name: mean_1d, type: double, aggregate: mean, field: x, window: 1d}
              - {name: late_1d, type: double, aggregate: rate, window: 1d, where: "x > 0.0"}
              - {name: max_13d, type: double, aggregate: max, field: x, window: 13d}
              - {name: last_3h, type: double, aggregate: last, field: x, window: 3h, where: "x < 0.0"}
            """);

    static final FeatureView PLAIN = view("profile", "features: [{name: latest, type: double, field: x}]\n");

    static final SourcePartition P0 = new SourcePartition("t", "id", 0);
    static final SourcePartition P1 = new SourcePartition("t", "id", 1);

    private StoreEvents() {}

    static FeatureView view(String name, String features) {
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("v.yaml", """
                        kind: FeatureView
                        name: %s
                        version: v1
                        entity: {name: e, join_keys: [{name: id, type: string}]}
                        source: {push: true}
                        ttl: 7d
                        retention: 1d
                        """.formatted(name) + features)))
                .getFirst();
    }

    static EntityKey entity(String id) {
        return new EntityKey(List.of(new FeatureValue.Text(id)));
    }

    static FeatureEvent event(String entity, long time, SourcePartition partition, long offset, @Nullable Double x) {
        return new FeatureEvent(
                entity(entity),
                time,
                new Position(partition, offset),
                Arrays.asList(x == null ? null : new FeatureValue.Real(x)));
    }

    /** Events of a few entities in two partitions: mostly near each other in time, some of them late by days, on boundaries and at equal times. */
    static List<FeatureEvent> random(Random random, int count, long start, long span) {
        var events = new ArrayList<FeatureEvent>();
        Map<SourcePartition, Long> offsets = new HashMap<>();
        for (int i = 0; i < count; i++) {
            SourcePartition partition = random.nextBoolean() ? P0 : P1;
            long offset = offsets.merge(partition, 1L + random.nextInt(3), Long::sum);
            long time = start
                    + i * (span / count)
                    - (random.nextInt(4) == 0 ? (long) (random.nextDouble() * 16 * DAY) : random.nextLong(HOUR));
            long step = List.of(1L, 5 * SECOND, 5 * MINUTE, HOUR).get(random.nextInt(4));
            time = Math.floorDiv(time, step) * step + (step == 1 ? 0 : random.nextInt(3) - 1);
            Double x = random.nextInt(10) == 0
                    ? null
                    : random.nextInt(12) == 0 ? Double.NaN : random.nextInt(-300, 300) / 10.0;
            events.add(event("e" + random.nextInt(4), time, partition, offset, x));
        }
        return events;
    }

    /** Events of two entities within 20 seconds, on boundaries and at equal times among them, of two topics; some say when they were made. */
    static List<FeatureEvent> dense(Random random, int count) {
        var other = new SourcePartition("u", "another", 3);
        var events = new ArrayList<FeatureEvent>();
        for (int i = 0; i < count; i++) {
            long time = NOON + (random.nextInt(8) == 0 ? 5 * SECOND * random.nextInt(5) : random.nextLong(20 * SECOND));
            FeatureEvent event = event(
                    "e" + random.nextInt(2), time, List.of(P0, P1, other).get(random.nextInt(3)), i, 0.5 * i - 70);
            events.add(random.nextInt(3) == 0 ? event.created(time - random.nextInt(3)) : event);
        }
        return events;
    }

    /** The position behind each partition's last event. */
    static Map<SourcePartition, Long> next(List<FeatureEvent> events) {
        Map<SourcePartition, Long> next = new HashMap<>();
        events.forEach(
                event -> next.merge(event.position().source(), event.position().offset() + 1, Math::max));
        return next;
    }

    /** What a store must answer where the kernel's history answers this. */
    static RowReading reading(ViewPlan plan, RowAnswer answer) {
        int[] all = IntStream.range(0, plan.view().features().size()).toArray();
        var table = new FeatureTable(1, all.length);
        if (answer instanceof RowAnswer.Row row) {
            for (int column : all) {
                table.set(0, column, row.values().get(column));
            }
            table.found(0, row.eventTimeMicros(), row.expired());
        }
        return RowReading.of(table, 0);
    }

    /** An embedded store whose clock stands where the events are. */
    static RocksDbOnlineStore rocks(Path folder, RocksDbSettings settings) {
        return rocks(folder, settings, Duration.ofSeconds(30));
    }

    static RocksDbOnlineStore rocks(Path folder, RocksDbSettings settings, Duration verification) {
        return new RocksDbOnlineStore(folder, settings, verification, () -> Instant.ofEpochSecond(NOON / SECOND));
    }
}
