package io.millrace.inference.app.watch;

import io.millrace.inference.domain.Pipeline;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the predictions of a pipeline have of the columns of a reference.
 *
 * @param features that it reads, under their names without a version; empty where a service says which, and then all that look like features are
 * @param request fields that stand in its predictions
 * @param entity join keys: they tell segments apart and are not watched themselves, since entities come and go
 */
public record Columns(Set<String> features, Set<String> request, Set<String> entity) {
    public Columns {
        features = Set.copyOf(features);
        request = Set.copyOf(request);
        entity = Set.copyOf(entity);
    }

    /** Those of a pipeline's predictions. */
    public static Columns of(Pipeline pipeline) {
        return new Columns(
                pipeline.features().stream().map(FeatureNames::plain).collect(Collectors.toSet()),
                pipeline.extras().vector() ? pipeline.request().keySet() : Set.of(),
                pipeline.entity().keySet());
    }

    /** Whether a column is compared. */
    boolean areWatched(String column) {
        return !entity.contains(column)
                && (request.contains(column)
                        || (features.isEmpty() ? !FeatureNames.view(column).isEmpty() : features.contains(column)));
    }
}
