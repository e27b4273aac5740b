package io.millrace.local.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.proto.features.v1.FeatureServiceFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PipelineReadersTest {
    private static final FeatureServiceFeatures NOW = service("scores@v1", true, "users:age", "visits@v1:count");

    @Test
    void aPipelineThatListsAFeatureOfWhatGoesIsNamed() {
        assertThat(readers(Set.of("users@v2"), List.of())
                        .among(
                                Map.of(
                                        "plain", "features: [\"users:age\"]",
                                        "pinned", "features: [\"users@v1:age\"]",
                                        "other", "features: [\"shops:age\"]"),
                                true))
                .containsExactly("pipeline plain reads users:age of users@v2, which is retired");
    }

    @Test
    void aPipelineThatReadsWhatGoesThroughAServiceIsNamed() {
        PipelineReaders readers = readers(Set.of("users@v2", "visits@v1"), List.of(NOW));
        assertThat(readers.among(Map.of("p", "service: scores"), false))
                .containsExactly(
                        "pipeline p reads users:age of users@v2 through feature service scores@v1, which is retired",
                        "pipeline p reads visits@v1:count of visits@v1 through feature service scores@v1, which is"
                                + " retired");
        assertThat(readers.among(Map.of("p", "service: nobody"), true)).isEmpty();
    }

    @Test
    void aPipelineWhoseServiceGoesIsNamed() {
        assertThat(readers(Set.of(), List.of(service("scores@v2", true, "users:age")))
                        .among(Map.of("p", "service: scores@v1"), true))
                .containsExactly("pipeline p reads feature service scores@v1, which is retired");
    }

    @Test
    void aPipelineOfAnotherProjectIsNamedWhereItsServiceLosesAFeature() {
        PipelineReaders readers = readers(Set.of(), List.of(NOW, service("scores@v2", true, "users:age")));
        assertThat(readers(Set.of(), List.of(service("scores@v2", true, "users:age", "visits@v1:count")))
                        .among(Map.of("p", "service: scores"), true))
                .isEmpty();
        assertThat(readers.among(Map.of("p", "service: scores@v1"), true)).isEmpty();
        PipelineReaders losing = readers(Set.of(), List.of(service("scores@v2", true, "users:age")));
        assertThat(losing.among(Map.of("p", "service: scores"), true))
                .containsExactly("pipeline p reads visits@v1:count through feature service scores@v1, which scores@v2"
                        + " does not have any more");
        assertThat(losing.among(Map.of("p", "service: scores"), false))
                .as("inference-service looks at those of the folder, with their models")
                .isEmpty();
    }

    private static PipelineReaders readers(Set<String> retired, List<FeatureServiceFeatures> planned) {
        return new PipelineReaders(
                retired,
                Set.of("users@v2", "visits@v1"),
                name -> name.startsWith("scores") ? Optional.of(NOW) : Optional.empty(),
                planned);
    }

    private static FeatureServiceFeatures service(String id, boolean isDefault, String... references) {
        return FeatureServiceFeatures.newBuilder()
                .setFeatureService(id)
                .setIsDefault(isDefault)
                .addAllFeatures(Arrays.stream(references)
                        .map(reference -> FeatureServiceFeatures.Feature.newBuilder()
                                .setReference(reference)
                                .setType("double")
                                .build())
                        .toList())
                .build();
    }
}
