package io.millrace.features.app.parity;

import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;

/** Takes one row of each view of some reads. Never waits and never fails a read: what finds no room is dropped and counted. Thread-safe. */
public final class ParitySampler {
    private final double ratio;
    private final ParityMeter meter;
    private final BlockingQueue<ParitySample> taken;

    /**
     * @param ratio of reads that are sampled, 0 to 1
     * @param room samples that wait for the check
     */
    public ParitySampler(double ratio, int room, ParityMeter meter) {
        this.ratio = ratio;
        this.meter = meter;
        this.taken = new ArrayBlockingQueue<>(room);
    }

    /** Takes nothing. */
    public static ParitySampler none() {
        return new ParitySampler(0, 1, new ParityMeter() {
            @Override
            public void compared(String view, String feature, boolean same) {}

            @Override
            public void dropped() {}
        });
    }

    /** Looks at a read. */
    public void look(List<ViewQuery> queries, List<ViewRows> answers, long nowMicros) {
        if (ratio <= 0 || ratio < 1 && ThreadLocalRandom.current().nextDouble() >= ratio) {
            return;
        }
        for (int part = 0; part < queries.size(); part++) {
            ViewQuery query = queries.get(part);
            int row = ThreadLocalRandom.current().nextInt(query.rows());
            EntityKey key = query.keys().get(row);
            FeatureTable table = answers.get(part).table();
            if (key != null && table.state(row) != FeatureTable.State.BEFORE_RETENTION) {
                var sample = new ParitySample(
                        query.view(),
                        key,
                        query.asOfMicros()[row],
                        answers.get(part).positions(),
                        Arrays.stream(query.features()).boxed().toList(),
                        table.state(row),
                        table.state(row) == FeatureTable.State.MISSING ? 0 : table.eventTimeMicros(row),
                        table.values(row),
                        nowMicros);
                if (!taken.offer(sample)) {
                    meter.dropped();
                }
            }
        }
    }

    /** What was taken since the last call. */
    List<ParitySample> take() {
        var all = new ArrayList<ParitySample>();
        taken.drainTo(all);
        return all;
    }
}
