package io.millrace.features.offline;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.definition.FeatureViewReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A view, its events and questions, drawn from a seed: what the properties of training sets and of the parity check start from. */
final class Drawn {
    static final long SECOND = 1_000_000L;
    static final long HOUR = 3_600 * SECOND;
    static final long DAY = 24 * HOUR;
    static final long START = OfflineFixture.micros("2026-03-01T10:00:00Z");
    static final SourcePartition P0 = new SourcePartition("t", "AAAA", 0);
    static final SourcePartition P1 = new SourcePartition("t", "AAAA", 1);

    private static final List<String> AGGREGATES = List.of(
            "type: int64, aggregate: count",
            "type: int64, aggregate: count, field: x",
            "type: double, aggregate: sum, field: x",
            "type: int64, aggregate: sum, field: n",
            "type: double, aggregate: mean, field: x",
            "type: double, aggregate: mean, field: n",
            "type: double, aggregate: min, field: x",
            "type: int64, aggregate: max, field: n",
            "type: timestamp, aggregate: min, field: t",
            "type: double, aggregate: variance, field: x",
            "type: double, aggregate: variance, field: n, of: population",
            "type: double, aggregate: stddev, field: x",
            "type: double, aggregate: stddev, field: n, of: population",
            "type: string, aggregate: first, field: s",
            "type: bytes, aggregate: first, field: b",
            "type: double, aggregate: last, field: x",
            "type: timestamp, aggregate: last, field: t",
            "type: 'list<double>', aggregate: first_k, k: 2, field: x",
            "type: 'list<double>', aggregate: last_k, k: 3, field: x",
            "type: 'list<string>', aggregate: last_k, k: 2, field: s",
            "type: 'list<bytes>', aggregate: last_k, k: 2, field: b",
            "type: 'list<timestamp>', aggregate: first_k, k: 4, field: t",
            "type: 'list<bool>', aggregate: last_k, k: 2, field: f",
            "type: int64, aggregate: distinct_count, field: x",
            "type: int64, aggregate: distinct_count, field: s",
            "type: int64, aggregate: distinct_count, field: b",
            "type: double, aggregate: quantile, q: 0.5, field: x",
            "type: 'list<double>', aggregate: quantile, q: [0.0, 0.9, 1.0], field: x",
            "type: double, aggregate: quantile, q: 0.25, field: n",
            "type: 'list<string>', aggregate: top_k, k: 2, categories: 3, field: s",
            "type: 'list<int64>', aggregate: top_k, k: 3, categories: 5, field: n",
            "type: 'list<bool>', aggregate: top_k, k: 1, field: f",
            "type: 'map<int64>', aggregate: histogram, field: s",
            "type: 'map<int64>', aggregate: histogram, categories: 5, field: n",
            "type: 'map<int64>', aggregate: histogram, field: f");
    /** Of the event's fields, true of some events. Every aggregate may have one. */
    private static final List<String> CONDITIONS = List.of("x > 0.0", "n > 2", "s == 'a'", "f", "x > -5.0 && s != 'b'");

    private static final List<String> WINDOWS =
            List.of("1m", "10m", "1h", "3h", "1d", "13d, hop: 1h", "30d", "unbounded");
    private static final List<String> ENTITIES = List.of("007", "7", "é, \"x\"", "b");

    final FeatureView view;
    final List<OfflineRow> rows = new ArrayList<>();
    private final Random random;

    Drawn(long seed, int events) {
        random = new Random(seed);
        view = view();
        Map<SourcePartition, Long> offsets = new HashMap<>();
        for (int i = 0; i < events; i++) {
            SourcePartition partition = random.nextBoolean() ? P0 : P1;
            var position = new Position(partition, offsets.merge(partition, 1L + random.nextInt(3), Long::sum));
            long time = time();
            long created = random.nextInt(3) == 0 ? time + random.nextInt(3) : FeatureEvent.NO_CREATED;
            var event = new FeatureEvent(
                    entity(ENTITIES.get(random.nextInt(ENTITIES.size()))), time, created, position, fields());
            if (i > 0 && random.nextInt(8) == 0) {
                FeatureEvent before = rows.get(random.nextInt(i)).event();
                event = new FeatureEvent(
                        before.key(), before.timeMicros(), before.createdMicros(), position, before.fields());
            }
            rows.add(new OfflineRow(event, START + random.nextLong(2 * DAY), random.nextInt(6) == 0));
        }
    }

    static EntityKey entity(String id) {
        return new EntityKey(List.of(new FeatureValue.Text(id)));
    }

    /** The events that count online. */
    List<FeatureEvent> counted() {
        return rows.stream().filter(row -> !row.late()).map(OfflineRow::event).toList();
    }

    /** The events by partition and offset, with the time at which each was known. */
    Map<Position, Long> known() {
        Map<Position, Long> known = new HashMap<>();
        Map<SourcePartition, Long> newest = new HashMap<>();
        for (OfflineRow row : rows) {
            known.put(
                    row.event().position(),
                    newest.merge(row.event().position().source(), row.arrivedMicros(), Math::max));
        }
        return known;
    }

    /** The position behind the last event of each partition. */
    Map<SourcePartition, Long> next() {
        Map<SourcePartition, Long> next = new HashMap<>();
        rows.forEach(row -> next.merge(
                row.event().position().source(), row.event().position().offset() + 1, Math::max));
        return next;
    }

    OfflineBatch batch() {
        Map<SourcePartition, Span> spans = new HashMap<>();
        next().forEach((partition, next) -> spans.put(partition, new Span(OfflineBatch.NEW, next, START)));
        return new OfflineBatch(rows, spans);
    }

    /** An entity, which may never have had an event. */
    String anyEntity() {
        return random.nextInt(10) == 0 ? "nobody" : ENTITIES.get(random.nextInt(ENTITIES.size()));
    }

    /** An instant at, or a window's length behind, some event, give or take a microsecond. */
    long anyInstant() {
        if (rows.isEmpty()) {
            return START;
        }
        long time = rows.get(random.nextInt(rows.size())).event().timeMicros();
        long length = List.of(0L, 0L, 60 * SECOND, HOUR, 3 * HOUR, DAY, 13 * DAY, 30 * DAY)
                .get(random.nextInt(8));
        return time + length + random.nextInt(3) - 1;
    }

    /** Some instant at which things arrived. */
    long anyArrival() {
        return START + random.nextLong(2 * DAY);
    }

    /** At least one feature, in any order. */
    List<String> someFeatures() {
        var names = new ArrayList<String>();
        view.features().forEach(feature -> names.add("drawn:" + feature.name()));
        Collections.shuffle(names, random);
        return names.subList(0, 1 + random.nextInt(names.size()));
    }

    /** Somewhere in each partition, or nowhere. */
    Map<SourcePartition, Long> anyPositions() {
        Map<SourcePartition, Long> positions = new HashMap<>();
        next().forEach((partition, next) -> {
            if (random.nextInt(4) > 0) {
                positions.put(partition, random.nextLong(next + 2));
            }
        });
        return positions;
    }

    /** What a caller brings along. */
    record Request(
            @Nullable Double r,
            @Nullable String w,
            @Nullable Long m) {
        @Nullable
        FeatureValue value(String name) {
            return switch (name) {
                case "r" -> r == null ? null : new FeatureValue.Real(r);
                case "w" -> w == null ? null : new FeatureValue.Text(w);
                case "m" -> m == null ? null : new FeatureValue.Int(m);
                default -> throw new IllegalArgumentException(name);
            };
        }
    }

    Request anyRequest() {
        return new Request(
                random.nextInt(6) == 0 ? null : random.nextDouble(-5, 5),
                random.nextInt(6) == 0 ? null : List.of("007", "a", "é, \"x\"").get(random.nextInt(3)),
                random.nextInt(6) == 0 ? null : random.nextLong(-3, 4));
    }

    /** A view computed of every feature of this one, and of what a caller brings. */
    String onDemand() {
        var yaml = new StringBuilder("""
                kind: OnDemandFeatureView
                name: computed
                version: v1
                inputs: [%s]
                request: {r: double, w: string, m: int64}
                features:
                  - {name: scaled, type: double, expression: "last_x == null ? r : last_x * r"}
                  - {name: joined, type: string, expression: "last_s + w"}
                  - {name: either, type: bool, expression: "last_f || m > 0"}
                  - {name: brought, type: int64, expression: "m * 2"}
                """.formatted(view.features().stream()
                .map(feature -> "drawn:" + feature.name())
                .collect(Collectors.joining(", "))));
        for (FeatureView.Feature feature : view.features()) {
            String name = feature.name();
            Optional<ValueType> element = feature.type().element();
            boolean counted = feature.type() == ValueType.INT64_MAP || feature.type() == ValueType.VECTOR;
            yaml.append("  - {name: of_%s, type: %s, expression: \"%s\"}%n"
                    .formatted(
                            name,
                            counted ? "int64" : element.orElse(feature.type()).word(),
                            counted ? "size(" + name + ")" : element.isPresent() ? name + "[0]" : name));
        }
        return yaml.toString();
    }

    private FeatureView view() {
        var yaml = new StringBuilder("""
                kind: FeatureView
                name: drawn
                version: v1
                entity: {name: e, join_keys: [{name: id, type: string}]}
                source: {push: true}
                retention: 400d
                fields: {x: double, n: int64, s: string, b: bytes, t: timestamp, f: bool, v: vector}
                """);
        if (random.nextBoolean()) {
            yaml.append("ttl: ")
                    .append(List.of("1h", "1d", "7d").get(random.nextInt(3)))
                    .append('\n');
        }
        yaml.append("""
                features:
                  - {name: last_x, type: double, field: x}
                  - {name: last_s, type: string, field: s}
                  - {name: last_b, type: bytes, field: b}
                  - {name: last_t, type: timestamp, field: t}
                  - {name: last_f, type: bool, field: f}
                  - {name: last_v, type: vector, field: v, dimension: 3, metric: l2}
                """);
        for (int i = random.nextInt(8); i >= 0; i--) {
            yaml.append("  - {name: a%d, %s, window: %s}%n"
                    .formatted(i, aggregate(), WINDOWS.get(random.nextInt(WINDOWS.size()))));
        }
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("drawn.yaml", yaml.toString())))
                .getFirst();
    }

    private String aggregate() {
        String where = ", where: \"" + CONDITIONS.get(random.nextInt(CONDITIONS.size())) + '"';
        if (random.nextInt(12) == 0) {
            return "type: double, aggregate: rate" + where;
        }
        return AGGREGATES.get(random.nextInt(AGGREGATES.size())) + (random.nextInt(3) == 0 ? where : "");
    }

    /** Near others, at equal times, on boundaries, and long ago. */
    private long time() {
        long ago = random.nextInt(4) == 0 ? random.nextLong(20 * DAY) : random.nextLong(2 * HOUR);
        long step = List.of(1L, 5 * SECOND, 300 * SECOND, HOUR).get(random.nextInt(4));
        return Math.floorDiv(START - ago, step) * step + (step == 1 ? 0 : random.nextInt(3) - 1);
    }

    private List<@Nullable FeatureValue> fields() {
        var fields = new ArrayList<@Nullable FeatureValue>();
        view.fields().forEach(field -> fields.add(random.nextInt(8) == 0 ? null : value(field.name())));
        return fields;
    }

    private FeatureValue value(String field) {
        return switch (field) {
            case "x" -> new FeatureValue.Real(x());
            case "n" -> new FeatureValue.Int(random.nextLong(-5, 6));
            case "s" -> new FeatureValue.Text(List.of("a", "b", "").get(random.nextInt(3)));
            case "b" -> new FeatureValue.Bytes(new byte[] {(byte) random.nextInt(256), 0});
            case "t" -> new FeatureValue.Time(START + random.nextInt(1000));
            case "f" -> new FeatureValue.Bool(random.nextBoolean());
            case "v" -> new FeatureValue.Vector(new float[] {random.nextFloat(), -0.0f, random.nextInt(3)});
            default -> throw new IllegalArgumentException(field);
        };
    }

    private double x() {
        return switch (random.nextInt(14)) {
            case 0 -> Double.NaN;
            case 1 -> -0.0;
            case 2 -> Double.POSITIVE_INFINITY;
            case 3 -> 1e300;
            default -> random.nextInt(-300, 300) / 10.0;
        };
    }
}
