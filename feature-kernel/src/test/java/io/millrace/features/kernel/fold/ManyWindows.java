package io.millrace.features.kernel.fold;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.definition.FeatureViewReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.SourceDSL;

/** A view with every fold over windows of every default hop, an odd one and none, and events that like boundaries. */
final class ManyWindows {
    static final FeatureView VIEW = new FeatureViewReader()
            .read(List.of(new DefinitionFile("v.yaml", """
                    kind: FeatureView
                    name: everything
                    version: v1
                    entity: {name: e, join_keys: [{name: id, type: int64}]}
                    source: {push: true}
                    ttl: 30d
                    features:
                      - {name: latest, type: double, field: x}
                      - {name: n_1m, type: int64, aggregate: count, window: 1m}
                      - {name: n_90d, type: int64, aggregate: count, window: 90d}
                      - {name: xs_1h, type: int64, aggregate: count, field: x, window: 1h}
                      - {name: sum_1m, type: double, aggregate: sum, field: x, window: 1m}
                      - {name: sum_20h, type: double, aggregate: sum, field: x, window: 20h, where: "n > 0"}
                      - {name: mean_84m, type: double, aggregate: mean, field: x, window: 84m, hop: 7m}
                      - {name: min_1h, type: double, aggregate: min, field: x, window: 1h}
                      - {name: max_90d, type: double, aggregate: max, field: x, window: 90d}
                      - {name: late_1d, type: double, aggregate: rate, window: 1d, where: "x > 1.5"}
                      - {name: last_1h, type: int64, aggregate: last, field: n, window: 1h}
                      - {name: total_13d, type: int64, aggregate: sum, field: n, window: 13d}
                      - {name: avg_n_1d, type: double, aggregate: mean, field: n, window: 1d}
                      - {name: var_1h, type: double, aggregate: variance, field: x, window: 1h}
                      - {name: sd_n_1d, type: double, aggregate: stddev, field: n, window: 1d, of: population}
                      - {name: first_1h, type: int64, aggregate: first, field: n, window: 1h}
                      - {name: last_3, type: list<double>, aggregate: last_k, field: x, window: 84m, hop: 7m, k: 3}
                      - {name: first_2, type: list<int64>, aggregate: first_k, field: n, window: unbounded, k: 2}
                      - {name: different_90d, type: int64, aggregate: distinct_count, field: x, window: 90d}
                      - {name: median_1h, type: double, aggregate: quantile, q: 0.5, field: x, window: 1h}
                      - {name: quantiles, type: list<double>, aggregate: quantile, q: [0.1, 0.9], field: x, window: unbounded}
                      - {name: top_90d, type: list<int64>, aggregate: top_k, k: 2, field: n, window: 90d, where: "x > 0.0"}
                      - {name: histogram_1d, type: map<int64>, aggregate: histogram, field: n, window: 1d, categories: 3}
                      - {name: last_5, type: list<double>, aggregate: last_k, field: x, window: 84m, hop: 7m, k: 5}
                      - {name: first_1, type: list<int64>, aggregate: first_k, field: n, window: 1h, k: 1}
                      - {name: top_of_2, type: list<int64>, aggregate: top_k, k: 5, field: n, window: 90d, where: "x > 0.0", categories: 2}
                      - {name: histogram_5, type: map<int64>, aggregate: histogram, field: n, window: 1d, categories: 5}
                      - {name: n_ever, type: int64, aggregate: count, window: unbounded}
                      - {name: sum_ever, type: double, aggregate: sum, field: x, window: unbounded, where: "n > 0"}
                    fields: {x: double, n: int64}
                    """)))
            .getFirst();

    static final EntityKey KEY = new EntityKey(List.of(new FeatureValue.Int(1)));

    private static final long SECOND = 1_000_000L;
    private static final long[] STEPS = {
        5 * SECOND, 60 * SECOND, 300 * SECOND, 420 * SECOND, 3_600 * SECOND, 86_400 * SECOND, 64 * 86_400 * SECOND
    };
    private static final long[] EPOCHS = {0, 983_528_100 * SECOND, -86_400L * 365 * SECOND};
    private static final @Nullable Double[] REALS = {
        null,
        0.1,
        -0.1,
        1.5,
        1.6,
        1e300,
        -1e300,
        1e-300,
        0.0,
        -0.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        0.3
    };
    private static final @Nullable Long[] WHOLES = {null, 0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 7L};

    private ManyWindows() {}

    /** Instants on and around the boundaries of all levels, before and after 1970. */
    static Gen<Long> instants() {
        Gen<Long> around = SourceDSL.integers().between(-1, 1).map(i -> (long) i);
        Gen<Integer> times = SourceDSL.integers().between(-30, 30);
        return SourceDSL.integers()
                .between(0, EPOCHS.length - 1)
                .zip(
                        SourceDSL.integers().between(0, STEPS.length - 1),
                        times,
                        around,
                        (epoch, step, n, off) -> EPOCHS[epoch] / STEPS[step] * STEPS[step] + n * STEPS[step] + off);
    }

    /** Events of one entity in an order of arrival, each at a position of its own; equal times are common. */
    static Gen<List<FeatureEvent>> events() {
        Gen<FeatureEvent> event = instants()
                .zip(
                        SourceDSL.integers().between(0, REALS.length - 1),
                        SourceDSL.integers().between(0, WHOLES.length - 1),
                        SourceDSL.integers().between(0, 2),
                        (time, x, n, partition) -> event(time, partition, 0, REALS[x], WHOLES[n]));
        return SourceDSL.lists().of(event).ofSizeBetween(0, 40).map(ManyWindows::numbered);
    }

    static FeatureEvent event(long time, int partition, long offset, @Nullable Double x, @Nullable Long n) {
        return new FeatureEvent(
                KEY,
                time,
                new Position(new SourcePartition("t", "id", partition), offset),
                Arrays.asList(x == null ? null : new FeatureValue.Real(x), n == null ? null : new FeatureValue.Int(n)));
    }

    private static List<FeatureEvent> numbered(List<FeatureEvent> events) {
        var numbered = new ArrayList<FeatureEvent>();
        for (int i = 0; i < events.size(); i++) {
            FeatureEvent event = events.get(i);
            numbered.add(new FeatureEvent(
                    event.key(),
                    event.timeMicros(),
                    new Position(event.position().source(), i),
                    event.fields()));
        }
        return numbered;
    }
}
