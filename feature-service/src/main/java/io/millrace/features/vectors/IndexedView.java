package io.millrace.features.vectors;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.window.Window;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the index needs to know of a view.
 *
 * @param vectors its vector features by name
 * @param plain its other plain features and their places among the view's event fields
 * @param keys how many join keys it has
 * @param fingerprint another one where the documents would be others
 */
record IndexedView(
        ViewId id,
        Map<String, VectorField> vectors,
        Map<String, Integer> plain,
        int keys,
        long ttlMicros,
        String fingerprint) {
    private static final int LAYOUT = 1;

    /** A vector feature and its place among the view's event fields. */
    record VectorField(String feature, int place, int dimension, VectorMetric metric) {}

    static IndexedView of(FeatureView view) {
        var vectors = new TreeMap<String, VectorField>();
        var plain = new TreeMap<String, Integer>();
        List<String> names = view.fields().stream().map(EventField::name).toList();
        for (Feature feature : view.features()) {
            if (feature.computation() instanceof Computation.Latest(String field)) {
                int place = names.indexOf(field);
                feature.metric()
                        .ifPresentOrElse(
                                metric -> vectors.put(
                                        feature.name(),
                                        new VectorField(
                                                feature.name(),
                                                place,
                                                view.fields().get(place).dimension(),
                                                metric)),
                                () -> plain.put(feature.name(), place));
            }
        }
        return new IndexedView(
                view.id(),
                vectors,
                plain,
                view.joinKeys().size(),
                view.ttl().map(Window::micros).orElse(Long.MAX_VALUE),
                LAYOUT + " " + view.joinKeys() + " " + vectors + " " + plain + " " + view.fields());
    }

    VectorField field(String feature) {
        VectorField field = vectors.get(feature);
        if (field == null) {
            throw new IllegalArgumentException(id + " has no vector feature '" + feature + "'");
        }
        return field;
    }

    /** The earliest event time that is alive at an instant, inclusive. */
    long oldest(long nowMicros) {
        return ttlMicros == Long.MAX_VALUE ? Long.MIN_VALUE : nowMicros - ttlMicros;
    }

    static float @Nullable [] vector(@Nullable FeatureValue value) {
        return value instanceof FeatureValue.Vector(float[] elements) ? elements : null;
    }
}
