package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.DefinitionPlan.Change;
import io.millrace.features.app.DefinitionPlan.Outcome;
import io.millrace.features.app.Definitions.Mode;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A name without a version means the newest version that is active. */
class ActivityTest {
    private static final String V1 = Views.activity("activity", "v1", "clicks");
    private static final String V2 = Views.activity("activity", "v2", "clicks");
    private static final DefinitionKey FIRST = DefinitionKey.view(new ViewId("activity", "v1"));
    private static final DefinitionKey SECOND = DefinitionKey.view(new ViewId("activity", "v2"));

    private final Catalog catalog = new Catalog();
    private final MemoryDefinitions log = new MemoryDefinitions(catalog);
    private final Definitions definitions =
            new Definitions(catalog, log, Views.NO_INGESTIONS, Views::nothingToBackfill);

    private List<Outcome> apply(String... contents) {
        return definitions.apply(Views.files(contents), Mode.PLAIN).outcomes();
    }

    private String meant() {
        return catalog.resolve("activity").orElseThrow().id().version();
    }

    @Test
    void theOlderVersionIsMeantWhileTheNewestIsNotActiveAndBothAreServed() {
        apply(V1, V2);
        assertThat(meant()).isEqualTo("v2");

        definitions.setActive(SECOND, false, false);
        assertThat(meant()).isEqualTo("v1");
        assertThat(catalog.resolve("activity@v2")).isPresent();
        assertThat(catalog.all()).hasSize(2);
        assertThat(definitions.get(SECOND.id()).isActive()).isFalse();
        assertThat(definitions.get(SECOND.id()).isDefault()).isFalse();
        assertThat(definitions.listAll())
                .extracting(listed -> listed.key() + " " + listed.isActive() + " " + listed.isDefault())
                .containsExactly("FeatureView/activity@v1 true true", "FeatureView/activity@v2 false false");
        assertThat(catalog.plan(List.of("activity:events_1h"), false).views())
                .extracting(view -> view.id().version())
                .containsExactly("v1");

        definitions.setActive(SECOND, true, false);
        assertThat(meant()).isEqualTo("v2");
    }

    @Test
    void whatIsSoAlreadyIsNotWrittenAgain() {
        apply(V1, V2);
        definitions.setActive(FIRST, true, false);
        definitions.setActive(SECOND, false, false);
        definitions.setActive(SECOND, false, false);
        assertThat(log.written).hasSize(2);
    }

    @Test
    void theFilesSayItWhereTheyDoAndLeaveItAsItIsWhereTheyDoNot() {
        apply(V1);
        List<Outcome> created = apply(V2 + "active: false\n");
        assertThat(created).extracting(Outcome::change).containsExactly(Change.CREATED);
        assertThat(meant()).isEqualTo("v1");
        assertThat(log.written.getLast().keySet())
                .as("nobody hears of it as active, not for a moment")
                .containsExactly("Inactive/FeatureView/activity@v2", "activity@v2");
        assertThat(apply(V2 + "active: false\n")).extracting(Outcome::change).containsExactly(Change.UNCHANGED);
        assertThat(apply(V2)).as("it says nothing").extracting(Outcome::change).containsExactly(Change.UNCHANGED);
        assertThat(meant()).isEqualTo("v1");

        DefinitionPlan plan = definitions.apply(Views.files(V2 + "active: true\n"), Mode.DRY);
        assertThat(plan.outcomes()).containsExactly(new Outcome(SECOND, Change.UPDATED, List.of("active")));
        assertThat(meant()).isEqualTo("v1");
        apply(V2 + "active: true\n");
        assertThat(meant()).isEqualTo("v2");
        definitions.setActive(SECOND, false, false);
        assertThat(apply(V2 + "active: true\n"))
                .containsExactly(new Outcome(SECOND, Change.UPDATED, List.of("active")));
        assertThat(meant()).isEqualTo("v2");
    }

    @Test
    void aVersionIsNotPutAsideThatOthersReadByTheNameAlone() {
        apply(V1.replace("  - {name: last_amount, type: double, field: amount}\n", ""), V2, """
                kind: FeatureService
                name: model
                features: [activity:last_amount]
                """);

        assertThatThrownBy(() -> definitions.setActive(SECOND, false, false))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.DEFINITION_IN_USE);
                    assertThat(refusal.getMessage()).contains("model", "activity@v1 has no feature 'last_amount'");
                });
        assertThatThrownBy(() -> apply(V2 + "active: false\n")).isInstanceOf(Refusal.class);
        assertThat(meant()).isEqualTo("v2");
        definitions.setActive(SECOND, false, true);
        assertThat(meant()).isEqualTo("v1");
    }

    @Test
    void theLastActiveVersionIsPutAsideOnlyByForce() {
        apply(V1, V2);
        definitions.setActive(FIRST, false, false);
        assertThatThrownBy(() -> definitions.setActive(SECOND, false, false))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("is the last version of 'activity' that is active");
        definitions.setActive(SECOND, false, true);
        assertThat(catalog.resolve("activity")).isEmpty();
        assertThat(catalog.resolve("activity@v1")).isPresent();
        assertThatThrownBy(() -> apply("kind: FeatureService\nname: model\nfeatures: [activity]\n"))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.details())
                        .singleElement()
                        .satisfies(detail ->
                                assertThat(detail.what()).contains("no version of view 'activity' is active")));
    }

    @Test
    void onDemandViewsAndServicesAreTurnedAwayFromInTheSameWay() {
        String money = """
                kind: OnDemandFeatureView
                name: money
                version: %s
                inputs: [activity:last_amount]
                features: [{name: twice, type: double, expression: last_amount * 2.0}]
                """;
        String model = "kind: FeatureService\nname: model\nversion: %s\nfeatures: [%s]\n";
        apply(
                V1,
                money.formatted("v1"),
                money.formatted("v2"),
                model.formatted("v1", "activity:events_1h"),
                model.formatted("v2", "money:twice"));

        definitions.setActive(new DefinitionKey(Kind.ON_DEMAND_FEATURE_VIEW, new ViewId("money", "v2")), false, false);
        definitions.setActive(new DefinitionKey(Kind.FEATURE_SERVICE, new ViewId("model", "v2")), false, false);

        assertThat(catalog.named("money").orElseThrow().id().version()).isEqualTo("v1");
        assertThat(catalog.featuresOf("model")).containsExactly("activity:events_1h");
        assertThat(catalog.featuresOf("model@v2")).containsExactly("money:twice");
    }

    @Test
    void whatHasNoVersionIsNeitherActiveNorNot() {
        apply(V1, "kind: FeatureService\nname: model\nfeatures: [activity]\n");
        assertThatThrownBy(() -> definitions.setActive(
                        new DefinitionKey(Kind.FEATURE_SERVICE, new ViewId("model", "")), false, true))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.MALFORMED_REQUEST));
        assertThatThrownBy(() -> apply("kind: FeatureService\nname: model\nfeatures: [activity]\nactive: false\n"))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.details())
                        .singleElement()
                        .satisfies(detail -> assertThat(detail.what()).contains("for versions only")));
        assertThatThrownBy(() -> definitions.setActive(SECOND, false, false))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(FeatureReason.VIEW_NOT_FOUND));
    }

    @Test
    void anotherReplicaHearsTheSameInWhateverOrderCompactionLeaves() {
        apply(V1, V2);
        definitions.setActive(SECOND, false, false);
        var entries =
                log.written.stream().flatMap(write -> write.entrySet().stream()).toList();

        var other = new Catalog();
        Stream.of(entries.getLast(), entries.get(1), entries.getFirst())
                .forEach(entry -> other.hear(entry.getKey(), entry.getValue()));
        assertThat(other.resolve("activity").orElseThrow().id().version()).isEqualTo("v1");
        assertThat(other.all()).hasSize(2);
    }

    @Test
    void aVersionThatComesBackAfterItWasRetiredIsActiveAgain() {
        apply(V1, V2);
        definitions.setActive(SECOND, false, false);
        definitions.retire(SECOND, false);
        assertThat(log.written.getLast()).containsEntry("Inactive/FeatureView/activity@v2", Optional.empty());
        apply(V2);
        assertThat(meant()).isEqualTo("v2");
    }

    @Test
    void aServiceSaysWhatItStandsForNowAndInAPlan() {
        apply(V1, """
                kind: OnDemandFeatureView
                name: money
                version: v1
                inputs: [activity:last_amount]
                request: {rate: double}
                features: [{name: converted, type: double, expression: last_amount * rate}]
                """, "kind: FeatureService\nname: model\nfeatures: [money, activity:events_1h]\n");

        ServiceFeatures now = definitions.featureService("model");
        assertThat(now.id().toString()).isEqualTo("model");
        assertThat(now.features())
                .extracting(
                        feature -> feature.reference() + " " + feature.type().word())
                .containsExactly("money:converted double", "activity:events_1h int64");
        assertThat(now.joinKeys()).containsExactly("user_id");
        assertThat(now.requestData()).containsExactly("rate");

        DefinitionPlan plan = definitions.apply(
                Views.files("kind: FeatureService\nname: scored\nversion: v3\nfeatures: [\"activity@v1\"]\n"),
                Mode.DRY);
        assertThat(plan.services())
                .extracting(service -> service.id() + " " + service.isDefault())
                .containsExactly("model true", "scored@v3 true");
        assertThat(plan.services().getLast().features())
                .extracting(ServiceFeatures.Feature::reference)
                .contains("activity@v1:last_amount", "activity@v1:click_rate_1h")
                .hasSize(4);
        assertThatThrownBy(() -> definitions.featureService("scored"))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(FeatureReason.FEATURE_SERVICE_NOT_FOUND));
    }
}
