package io.millrace.inference.app.batch;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.jobs.JobContext;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One feature {@code v:a} that is made of the key and the instant, online and for history alike: users whose names begin with n have none, those that begin with o have one that is too
 * old.
 */
final class MadeHistory implements PastFeatures, FeatureLookup {
    static final FeaturePosition POSITION = new FeaturePosition("v@v3", "t", "id", 0, 7);

    private final Duration takes;
    private final long maxBytes;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile List<String> asked = List.of();
    private volatile List<FeaturePosition> positions = List.of();
    private volatile int failures;

    /**
     * @param takes how long the history of a chunk takes
     */
    MadeHistory(Duration takes) {
        this(takes, 1_200);
    }

    /** @param maxBytes of the rows of one request */
    MadeHistory(Duration takes, long maxBytes) {
        this.takes = takes;
        this.maxBytes = maxBytes;
    }

    /** Requests for history so far. */
    int calls() {
        return calls.get();
    }

    /** The features of the last request for history. */
    List<String> asked() {
        return asked;
    }

    List<FeaturePosition> positions() {
        return positions;
    }

    /** The next requests for history fail, as if feature-service were away. */
    void fail(int times) {
        failures = times;
    }

    @Override
    public long maxBytes() {
        return maxBytes;
    }

    @Override
    public List<String> write(Asked request, Path into, JobContext context) {
        calls.incrementAndGet();
        if (failures > 0) {
            failures--;
            throw new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "feature-service is away");
        }
        asked = request.features();
        positions = request.positions();
        LockSupport.parkNanos(takes.toNanos());
        context.checkCancelled();
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement()) {
            statement.execute("""
                    COPY (SELECT *, CASE WHEN key_0 NOT LIKE 'n%%' THEN CAST(as_of %% 1000 AS DOUBLE) / 7.0 END AS v__a,
                    CASE WHEN key_0 LIKE 'n%%' THEN 'NOT_FOUND' WHEN key_0 LIKE 'o%%' THEN 'OUTSIDE_MAX_AGE' ELSE 'PRESENT' END AS v__a__status,
                    CASE WHEN key_0 NOT LIKE 'n%%' THEN make_timestamp(as_of - 5) END AS v__a__event_time
                    FROM read_parquet('%s') ORDER BY row_number) TO '%s' (FORMAT parquet)
                    """.formatted(request.rows(), into));
            return List.of();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Answer read(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            Duration complete,
            Duration deadline) {
        var column = new ArrayList<Cell>();
        List<Object> keys = entities.values().iterator().next();
        for (int i = 0; i < keys.size(); i++) {
            if (!(keys.get(i) instanceof String key)) {
                throw new Refusal(InferenceReason.WRONG_TYPE, "user_id must be a string");
            }
            double value = (asOfMicros[i] % 1000) / 7.0;
            column.add(
                    key.startsWith("n")
                            ? new Cell(Status.NOT_FOUND, null, 0)
                            : new Cell(
                                    key.startsWith("o") ? Status.OUTSIDE_MAX_AGE : Status.PRESENT,
                                    value,
                                    asOfMicros[i] - 5));
        }
        return new Answer(List.of(column), complete.isPositive(), List.of(POSITION));
    }
}
