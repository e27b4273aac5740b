package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.DefinitionPlan.Change;
import io.millrace.features.app.DefinitionPlan.Outcome;
import io.millrace.features.app.Definitions.Mode;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DefinitionsTest {
    private static final String V1 = Views.activity("user_activity", "v1", "clicks");

    private final Catalog catalog = new Catalog();
    private final MemoryDefinitions log = new MemoryDefinitions(catalog);
    private final Definitions definitions =
            new Definitions(catalog, log, Views.NO_INGESTIONS, Views::nothingToBackfill);

    @Test
    void applyingTwiceCreatesOnceAndThenChangesNothing() {
        var id = DefinitionKey.view(new ViewId("user_activity", "v1"));

        assertThat(definitions.apply(Views.files(V1), Mode.PLAIN).outcomes())
                .containsExactly(new Outcome(id, Change.CREATED, List.of()));
        assertThat(definitions
                        .apply(Views.files("# a comment\n" + V1), Mode.PLAIN)
                        .outcomes())
                .containsExactly(new Outcome(id, Change.UNCHANGED, List.of()));
        assertThat(log.written).hasSize(1);
    }

    @Test
    void aDryRunReportsAndChangesNothing() {
        assertThat(definitions.apply(Views.files(V1), Mode.DRY).outcomes()).hasSize(1);
        assertThat(catalog.all()).isEmpty();
    }

    @Test
    void aChangedServedVersionIsRefusedWithTheFieldThatDiffersAndNothingOfTheApplyIsDone() {
        definitions.apply(Views.files(V1), Mode.PLAIN);
        String other = Views.activity("other", "v1", "clicks");
        String changed = V1.replace("aggregate: count, window: 1h", "aggregate: count, window: 2h");

        assertThatThrownBy(() -> definitions.apply(Views.files(other, changed), Mode.PLAIN))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.SERVED_VERSION_CHANGED);
                    assertThat(refusal.getMessage()).contains("user_activity@v1", "features.events_1h.window");
                });
        assertThat(catalog.find(new ViewId("other", "v1"))).isEmpty();
    }

    @Test
    void everyFaultOfEveryFileIsReportedWithItsLine() {
        assertThatThrownBy(() -> definitions.apply(
                        Views.files(V1.replace("ttl: 1d", "ttl: soon").replace("owner:", "ovner:")), Mode.PLAIN))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.INVALID_DEFINITION);
                    assertThat(refusal.details().size()).isGreaterThanOrEqualTo(2);
                    assertThat(refusal.details())
                            .allSatisfy(detail -> assertThat(detail.where()).startsWith("views.yaml:"));
                });
    }

    @Test
    void theNewestVersionIsNewestByNumberAndOthersStayReachable() {
        definitions.apply(
                Views.files(
                        Views.activity("user_activity", "v2", "clicks"),
                        Views.activity("user_activity", "v10", "clicks"),
                        Views.activity("user_activity", "v9", "clicks")),
                Mode.PLAIN);

        assertThat(catalog.resolve("user_activity").orElseThrow().id().version())
                .isEqualTo("v10");
        assertThat(catalog.resolve("user_activity@v2").orElseThrow().id().version())
                .isEqualTo("v2");
        assertThat(catalog.all().stream().map(view -> view.id().version())).containsExactly("v2", "v9", "v10");
        definitions.retire(new ViewId("user_activity", "v10"));
        assertThat(catalog.resolve("user_activity").orElseThrow().id().version())
                .isEqualTo("v9");
    }

    @Test
    void aDefinitionThatAnotherReplicaAppliedAMomentEarlierStandsAndIsWrittenAgain() {
        FeatureView theirs = Views.view(V1.replace("ttl: 1d", "ttl: 2d"));
        var raced = new Definitions(
                catalog,
                new DefinitionStore() {
                    @Override
                    public void write(Map<String, Optional<String>> changes) {
                        catalog.put(theirs);
                        log.write(changes);
                    }

                    @Override
                    public boolean isCurrent() {
                        return true;
                    }

                    @Override
                    public String failure() {
                        return "";
                    }
                },
                Views.NO_INGESTIONS,
                Views::nothingToBackfill);

        assertThatThrownBy(() -> raced.apply(Views.files(V1), Mode.PLAIN))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.getMessage())
                        .contains("'ttl'"));
        assertThat(catalog.find(theirs.id())).contains(theirs);
        assertThat(log.written.getLast()).containsExactly(Map.entry("user_activity@v1", Optional.of(theirs.yaml())));
    }

    @Test
    void retiringWhatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> definitions.retire(new ViewId("none", "v1")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.VIEW_NOT_FOUND));
    }

    @Test
    void nothingIsAppliedBeforeTheLogHasBeenRead() {
        log.current = false;

        assertThatThrownBy(() -> definitions.apply(Views.files(V1), Mode.PLAIN))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.DEFINITIONS_UNAVAILABLE));
    }
}
