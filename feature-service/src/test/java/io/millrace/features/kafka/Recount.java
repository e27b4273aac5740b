package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.Readings;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Events of a view's topic, counted by the test itself, to compare with what the store says. */
final class Recount {
    static final int USERS = 40;
    private static final long AS_OF = Instant.parse("2026-03-02T10:00:00Z").getEpochSecond() * 1_000_000;

    private final Random random;
    private final long[] counts = new long[USERS];
    private final double[] sums = new double[USERS];
    private long poison;

    Recount(long seed) {
        this.random = new Random(seed);
    }

    /** Event or, once in a while, poison; within the window that {@link #assertEquals} reads. */
    synchronized String next(boolean withPoison) {
        if (withPoison && random.nextInt(50) == 0) {
            poison++;
            return "{poison " + random.nextInt();
        }
        return event(random.nextInt(USERS));
    }

    synchronized String event(int user) {
        double amount = random.nextInt(1_000) / 4.0;
        counts[user]++;
        sums[user] += amount;
        return "{\"user\":" + user + ",\"at\":\"2026-03-02T09:" + (10 + random.nextInt(40))
                + ":00Z\",\"kind\":\"click\",\"amount\":" + amount + "}";
    }

    synchronized List<String> batch(int size, boolean withPoison) {
        var batch = new ArrayList<String>(size);
        for (int i = 0; i < size; i++) {
            batch.add(next(withPoison));
        }
        return batch;
    }

    synchronized long poison() {
        return poison;
    }

    /** The store has every event once. */
    synchronized void assertEquals(DurableStore store, FeatureView view) {
        Readings readings = store.read(
                view,
                LongStream.range(0, USERS)
                        .mapToObj(user -> new Query(new EntityKey(List.of(new FeatureValue.Int(user))), AS_OF))
                        .toList());
        for (int user = 0; user < USERS; user++) {
            RowReading row = readings.rows().get(user);
            if (counts[user] > 0) {
                assertThat(value(view, row, "events_1h"))
                        .as("events of " + user)
                        .isEqualTo(new FeatureValue.Int(counts[user]));
                assertThat(value(view, row, "amount_mean_1h"))
                        .as("mean of " + user)
                        .isEqualTo(new FeatureValue.Real(sums[user] / counts[user]));
            }
        }
    }

    private static FeatureValue value(FeatureView view, RowReading row, String feature) {
        for (int i = 0; i < view.features().size(); i++) {
            if (view.features().get(i).name().equals(feature)
                    && row instanceof RowReading.Row(List<FeatureReading> features)
                    && features.get(i) instanceof FeatureReading.Fresh(FeatureValue value, long _)) {
                return value;
            }
        }
        return new FeatureValue.Text("missing");
    }
}
