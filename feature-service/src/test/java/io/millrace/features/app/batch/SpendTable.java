package io.millrace.features.app.batch;

import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A table of {@value #ROWS} rows for tests, one per ten seconds from {@link #FIRST}, and two views of it. */
final class SpendTable implements BatchTables.Rows {
    /** Seconds since the epoch. */
    static final long FIRST = Instant.parse("2026-02-26T00:00:00Z").getEpochSecond();

    static final int ROWS = 25_000;
    static final FeatureView SPEND = Views.view(yaml("spend", "{name: amount, type: double, field: amount}"));
    static final FeatureView WINDOWS =
            Views.view(yaml("windows", "{name: n, type: int64, aggregate: count, window: 1h}"));

    private final int badEvery;
    private int next;

    /** @param badEvery each so manieth row has an amount that is no number */
    SpendTable(int badEvery) {
        this.badEvery = badEvery;
    }

    private static String yaml(String name, String features) {
        return """
                kind: FeatureView
                name: %s
                version: v1
                description: what users spent
                owner: shop@example.org
                entity:
                  name: user
                  join_keys: [{name: user_id, type: int64, field: user}]
                source:
                  batch: {path: spend.parquet}
                  timestamp: {field: at, unit: s}
                  created: {field: made, unit: s}
                ttl: 6h
                features: [%s]
                fields: {amount: double}
                """.formatted(name, features);
    }

    @Override
    public long expected() {
        return ROWS;
    }

    @Override
    public @Nullable Map<String, @Nullable FeatureValue> next() {
        if (next == ROWS) {
            return null;
        }
        Map<String, @Nullable FeatureValue> row = new HashMap<>();
        row.put("user", new FeatureValue.Int(next % 5));
        row.put("at", new FeatureValue.Int(FIRST + next * 10L));
        row.put("made", new FeatureValue.Int(FIRST + next));
        row.put("amount", next % badEvery == badEvery - 1 ? new FeatureValue.Text("much") : new FeatureValue.Int(next));
        next++;
        return row;
    }

    @Override
    public void close() {}
}
