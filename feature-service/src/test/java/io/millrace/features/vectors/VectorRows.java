package io.millrace.features.vectors;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The view, its rows and its searches, for tests and the benchmark: a vector, a colour and a price for each item. */
final class VectorRows {
    static final SourcePartition P0 = new SourcePartition("items", "id", 0);
    static final VectorFolder.VectorSettings SETTINGS =
            new VectorFolder.VectorSettings(16, Duration.ZERO, Duration.ZERO);
    static final long HOUR = 3_600_000_000L;
    static final long TTL = 24 * HOUR;

    private VectorRows() {}

    static IndexedView view(int dimension, VectorMetric metric) {
        return new IndexedView(
                new ViewId("items", "v1"),
                Map.of("embedding", new IndexedView.VectorField("embedding", 0, dimension, metric)),
                Map.of("colour", 1, "price", 2),
                1,
                TTL,
                "f" + dimension + metric);
    }

    static EntityKey key(int item) {
        return new EntityKey(List.of(new FeatureValue.Int(item)));
    }

    static int item(EntityKey key) {
        return (int) ((FeatureValue.Int) key.values().getFirst()).value();
    }

    static FeatureEvent row(int item, long time, long offset, float[] vector, @Nullable String colour, double price) {
        var fields = new ArrayList<@Nullable FeatureValue>();
        fields.add(new FeatureValue.Vector(vector));
        fields.add(colour == null ? null : new FeatureValue.Text(colour));
        fields.add(new FeatureValue.Real(price));
        return new FeatureEvent(key(item), time, new Position(P0, offset), fields);
    }

    static Batch batch(List<FeatureEvent> events, long next) {
        return new Batch(events, Map.of(P0, next));
    }

    static Search nearest(float[] query, int limit, @Nullable VectorFilter filter) {
        return new Search("embedding", query, limit, Math.max(100, limit), false, filter, HOUR);
    }

    static Search exact(Search search) {
        return new Search(
                search.feature(),
                search.query(),
                search.limit(),
                search.effort(),
                true,
                search.filter(),
                search.nowMicros());
    }
}
