package io.millrace.features.kernel.fold;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.table.FeatureTable;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Events and answers per second of {@link EntityFold}, one thread, beside the same loop without folding: {@code mvn -pl feature-kernel test-compile}, then run {@link #main} with the number of events
 * (5,000,000 where none is given). One entity in 5,000 events, an answer for every tenth.
 */
final class EntityFoldBenchmark {
    private static final FeatureView VIEW = new FeatureViewReader()
            .read(List.of(new DefinitionFile("v.yaml", """
                    kind: FeatureView
                    name: spending
                    version: v1
                    entity: {name: e, join_keys: [{name: id, type: int64}]}
                    source: {push: true}
                    features:
                      - {name: n_1h, type: int64, aggregate: count, window: 1h}
                      - {name: sum_1d, type: double, aggregate: sum, field: x, window: 1d}
                      - {name: mean_7d, type: double, aggregate: mean, field: x, window: 7d}
                      - {name: max_90d, type: double, aggregate: max, field: x, window: 90d}
                    fields: {x: double}
                    """)))
            .getFirst();
    private static final int EVENTS_OF_AN_ENTITY = 5_000;
    private static final int EVENTS_OF_AN_ANSWER = 10;
    private static final long MEAN_GAP_MICROS = 1_800_000_000L;

    private final ViewPlan plan = ViewPlan.of(VIEW);
    private final int[] all = {0, 1, 2, 3};
    private final List<Observation> events = new ArrayList<>();

    private EntityFoldBenchmark() {
        var random = new Random(7);
        var source = new SourcePartition("t", "id", 0);
        var key = new EntityKey(List.of(new FeatureValue.Int(1)));
        long time = 983_528_100_000_000L;
        for (int i = 0; i < EVENTS_OF_AN_ENTITY; i++) {
            time += 1 + (long) (random.nextDouble() * 2 * MEAN_GAP_MICROS);
            events.add(plan.observe(new FeatureEvent(
                    key,
                    time,
                    new Position(source, i),
                    List.of(new FeatureValue.Real(random.nextInt(100_000) / 100.0)))));
        }
    }

    public static void main(String[] args) {
        int wanted = args.length == 0 ? 5_000_000 : Integer.parseInt(args[0]);
        var benchmark = new EntityFoldBenchmark();
        benchmark.run(wanted / 5, true);
        for (int round = 0; round < 3; round++) {
            benchmark.run(wanted, false);
            benchmark.run(wanted, true);
        }
    }

    private void run(int wanted, boolean folding) {
        var fold = new EntityFold(plan);
        var table = new FeatureTable(1, all.length);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();
        long answers = 0;
        double check = 0;
        for (int entity = 0; entity < wanted / EVENTS_OF_AN_ENTITY; entity++) {
            fold.clear();
            for (int i = 0; i < events.size(); i++) {
                Observation event = events.get(i);
                if (folding) {
                    fold.add(event);
                } else {
                    check += event.order().timeMicros();
                }
                if (i % EVENTS_OF_AN_ANSWER == 0 && folding) {
                    fold.at(event.order().timeMicros(), all, table, 0);
                    check += table.bits(0, 1);
                    answers++;
                }
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%s: %,d events and %,d answers in %.2f s, %,.0f events/s, %,d bytes allocated per event (check %g)%n",
                folding ? "folded" : "only walked",
                wanted,
                answers,
                seconds,
                wanted / seconds,
                (threads.getCurrentThreadAllocatedBytes() - allocated) / wanted,
                check);
    }
}
