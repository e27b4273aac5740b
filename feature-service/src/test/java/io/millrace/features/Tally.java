package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Events of a view of activity ({@link io.millrace.features.app.Views#activity}), counted as they are drawn, to compare with what a packaged service answers. Thread-safe. */
final class Tally {
    static final int USERS = 7;
    static final long AS_OF = Instant.parse("2026-03-02T10:00:00Z").getEpochSecond() * 1_000_000;

    private final Random random;
    private final long[] counts = new long[USERS];
    private final double[] sums = new double[USERS];
    private int poison;

    Tally(long seed) {
        this.random = new Random(seed);
    }

    /** Events of random users within the hour before {@link #AS_OF}, one in a hundred of them no JSON. */
    synchronized List<String> batch(int size) {
        var batch = new ArrayList<String>(size);
        for (int i = 0; i < size; i++) {
            if (random.nextInt(100) == 0) {
                poison++;
                batch.add("{poison " + random.nextInt());
            } else {
                int user = random.nextInt(USERS);
                // Quarters add up without rounding, in whatever order.
                double amount = random.nextInt(1_000) / 4.0;
                counts[user]++;
                sums[user] += amount;
                batch.add(event(user, amount, 10 + random.nextInt(40)));
            }
        }
        return batch;
    }

    static String event(long user, double amount, int minute) {
        return "{\"user\":" + user + ",\"at\":\"2026-03-02T09:" + minute + ":00Z\",\"kind\":\"click\",\"amount\":"
                + amount + "}";
    }

    synchronized int poison() {
        return poison;
    }

    synchronized long events() {
        long events = 0;
        for (long count : counts) {
            events += count;
        }
        return events;
    }

    /** Reads all users' features completely, and compares them with what was drawn, to the bit. */
    synchronized void assertServedBy(PackagedService service, String view) {
        var users = Column.newBuilder();
        for (int user = 0; user < USERS; user++) {
            users.addValues(Value.newBuilder().setInt64Value(user));
        }
        GetOnlineFeaturesResponse response = service.features()
                .getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                        .addFeatures(view + ":events_1h")
                        .addFeatures(view + ":amount_mean_1h")
                        .putEntities("user_id", users.build())
                        .addAsOfMicros(AS_OF)
                        .setCompleteWithinMs(60_000)
                        .build());
        assertThat(response.getComplete()).as(service.log()).isTrue();
        for (int user = 0; user < USERS; user++) {
            if (counts[user] > 0) {
                assertThat(response.getResults(0).getStatuses(user)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
                assertThat(response.getResults(0).getValues(user).getInt64Value())
                        .as("events of " + user)
                        .isEqualTo(counts[user]);
                assertThat(response.getResults(1).getValues(user).getDoubleValue())
                        .as("mean of " + user)
                        .isEqualTo(sums[user] / counts[user]);
            }
        }
    }
}
