package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.DefinitionPlan.Change;
import io.millrace.features.app.DefinitionPlan.Outcome;
import io.millrace.features.app.Definitions.Mode;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Definitions of all kinds: what a plan says, and what applying does. */
class DefinitionPlansTest {
    private static final String ENTITY = """
            kind: Entity
            name: user
            join_keys: [{name: user_id, type: int64}]
            """;
    private static final String ON_DEMAND = """
            kind: OnDemandFeatureView
            name: money
            version: v1
            description: money in other words
            inputs: [activity:last_amount]
            request: {rate: double}
            features: [{name: converted, type: double, expression: last_amount * rate}]
            """;
    private static final String SERVICE = """
            kind: FeatureService
            name: model
            features: [money, activity:events_1h]
            """;
    private static final String V1 = Views.activity("activity", "v1", "clicks");
    private static final String V2 = Views.activity("activity", "v2", "clicks");

    private final Catalog catalog = new Catalog();
    private final MemoryDefinitions log = new MemoryDefinitions(catalog);
    private final Definitions definitions =
            new Definitions(catalog, log, Views.NO_INGESTIONS, Views::nothingToBackfill);

    private static Mode project(boolean dryRun, boolean prune, boolean force) {
        return new Mode(dryRun, "shop", prune, force);
    }

    private static Outcome outcome(String key, Change change, String... fields) {
        return new Outcome(DefinitionKey.parse(key).orElseThrow(), change, List.of(fields));
    }

    private void apply(String... contents) {
        definitions.apply(Views.files(contents), project(false, false, false));
    }

    @Test
    void allKindsAreAppliedTogetherInOneWrite() {
        DefinitionPlan plan =
                definitions.apply(Views.files(V1, ENTITY, SERVICE, ON_DEMAND), project(false, false, false));

        assertThat(plan.outcomes())
                .containsExactly(
                        outcome("Entity/user", Change.CREATED),
                        outcome("FeatureView/activity@v1", Change.CREATED),
                        outcome("OnDemandFeatureView/money@v1", Change.CREATED),
                        outcome("FeatureService/model", Change.CREATED));
        assertThat(log.written).hasSize(1);
        assertThat(log.written.getFirst().keySet())
                .containsExactly(
                        "Entity/user",
                        "activity@v1",
                        "OnDemandFeatureView/money@v1",
                        "FeatureService/model",
                        "Project/shop");
        assertThat(definitions.listAll()).hasSize(4).allMatch(listed -> listed.project()
                .equals("shop"));
        assertThat(definitions
                        .apply(Views.files(V1, ENTITY, SERVICE, ON_DEMAND), project(true, true, false))
                        .isNothing())
                .isTrue();
    }

    @Test
    void aPlanSaysWhatApplyingWouldDoAndDoesNothing() {
        apply(V1, ENTITY, ON_DEMAND);

        DefinitionPlan plan = definitions.apply(
                Views.files(V1.replace("ttl: 1d", "ttl: 2d"), V2, ON_DEMAND.replace("in other words", "elsewhere")),
                project(true, false, false));

        assertThat(plan.outcomes())
                .containsExactly(
                        outcome("FeatureView/activity@v1", Change.NEEDS_NEW_VERSION, "ttl"),
                        outcome("FeatureView/activity@v2", Change.CREATED),
                        outcome("OnDemandFeatureView/money@v1", Change.UPDATED, "description"),
                        outcome("Entity/user", Change.ORPHANED));
        assertThat(plan.backfills()).singleElement().satisfies(backfill -> assertThat(backfill.view())
                .isEqualTo(new ViewId("activity", "v2")));
        assertThat(log.written).hasSize(1);
    }

    @Test
    void wordsAboutAServedVersionMayChangeAndItsIngestionGoesOnWithTheSameObject() {
        apply(V1);
        var before = catalog.find(new ViewId("activity", "v1")).orElseThrow();

        DefinitionPlan plan = definitions.apply(
                Views.files(V1.replace("what a user did", "clicks") + "tags: {tier: gold}\n"), Mode.PLAIN);

        assertThat(plan.outcomes())
                .containsExactly(outcome("FeatureView/activity@v1", Change.UPDATED, "description", "tags"));
        assertThat(catalog.find(before.id()).orElseThrow()).isSameAs(before);
        assertThat(definitions.get(before.id()).view().description()).isEqualTo("clicks");
    }

    @Test
    void anOnDemandViewAnEntityAndAServiceVersionDoNotChangeOnceTheyServe() {
        apply(V1, ENTITY, ON_DEMAND, SERVICE.replace("name: model", "name: model\nversion: v1"));

        assertThatThrownBy(() -> apply(ON_DEMAND.replace("last_amount * rate", "last_amount + rate")))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.SERVED_VERSION_CHANGED);
                    assertThat(refusal.getMessage()).contains("money@v1", "'features.converted'");
                });
        assertThatThrownBy(() -> apply(ENTITY.replace("type: int64", "type: string")))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> apply(SERVICE.replace("name: model", "name: model\nversion: v1")
                        .replace("money, ", "")))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.getMessage())
                        .contains("model@v1", "'features.money'"));
    }

    @Test
    void aServiceWithoutVersionsMayChange() {
        apply(V1, ON_DEMAND, SERVICE);

        DefinitionPlan plan = definitions.apply(Views.files(SERVICE.replace("money, ", "")), Mode.PLAIN);

        assertThat(plan.outcomes()).containsExactly(outcome("FeatureService/model", Change.UPDATED, "features.money"));
        assertThat(catalog.featuresOf("model")).containsExactly("activity:events_1h");
    }

    @Test
    void whatIsNoLongerInTheFolderStaysUnlessItIsPruned() {
        apply(V1, V2);

        assertThat(definitions
                        .apply(Views.files(V2), project(false, false, false))
                        .outcomes())
                .contains(outcome("FeatureView/activity@v1", Change.ORPHANED));
        assertThat(catalog.find(new ViewId("activity", "v1"))).isPresent();
        assertThat(definitions
                        .apply(Views.files(V2), project(false, true, false))
                        .outcomes())
                .contains(outcome("FeatureView/activity@v1", Change.RETIRED));
        assertThat(catalog.find(new ViewId("activity", "v1"))).isEmpty();
        assertThat(definitions
                        .apply(Views.files(V2), project(true, true, false))
                        .isNothing())
                .isTrue();
    }

    @Test
    void aFolderPrunesNothingOfAnotherProject() {
        definitions.apply(Views.files(V1), new Mode(false, "other", false, false));

        assertThat(definitions
                        .apply(Views.files(V2), project(false, true, false))
                        .of(Change.RETIRED))
                .isEmpty();
        definitions.apply(Views.files(V1, V2), project(false, true, false));
        assertThat(definitions
                        .apply(List.of(), new Mode(true, "other", true, false))
                        .isNothing())
                .isTrue();
    }

    @Test
    void whatOthersReadIsNotRetiredUnlessItIsForced() {
        apply(V1, ON_DEMAND, SERVICE);

        DefinitionPlan plan = definitions.apply(Views.files(SERVICE, ON_DEMAND), project(true, true, false));
        assertThat(plan.outcomes()).contains(outcome("FeatureView/activity@v1", Change.RETIRED));
        assertThat(plan.broken().stream().map(broken -> broken.reader().toString()))
                .containsExactlyInAnyOrder("OnDemandFeatureView/money@v1", "FeatureService/model");
        assertThatThrownBy(() -> definitions.apply(Views.files(SERVICE, ON_DEMAND), project(false, true, false)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(FeatureReason.DEFINITION_IN_USE);
                    assertThat(refusal.details()).hasSize(2);
                });
        assertThatThrownBy(() -> definitions.retire(new ViewId("activity", "v1")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("reads activity@v1, which is retired");

        definitions.apply(Views.files(SERVICE, ON_DEMAND), project(false, true, true));
        assertThat(catalog.find(new ViewId("activity", "v1"))).isEmpty();
        assertThatThrownBy(() -> catalog.plan(List.of("money:converted"), false))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("there is no view 'activity'");
    }

    @Test
    void aNewVersionWithoutWhatOthersReadOfItsNameIsRefused() {
        apply(V1, ON_DEMAND, SERVICE);
        String without = V2.replace("  - {name: last_amount, type: double, field: amount}\n", "");

        assertThatThrownBy(() -> apply(without)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(FeatureReason.DEFINITION_IN_USE);
            assertThat(refusal.getMessage()).contains("money@v1", "activity@v2 has no feature 'last_amount'");
        });
    }

    @Test
    void theDefaultFallsBackToTheNextNewestVersionWhenTheNewestIsRetired() {
        apply(V1, V2);

        definitions.retire(new ViewId("activity", "v2"));

        assertThat(catalog.isDefault(new ViewId("activity", "v1"))).isTrue();
        assertThat(definitions.listAll()).singleElement().satisfies(listed -> assertThat(listed.isDefault())
                .isTrue());
    }

    @Test
    void aViewThatNamesAnEntityCanBeReadFromTheLogWithoutIt() {
        apply(
                ENTITY,
                V1.replaceFirst("(?s)entity:.*?source:", "entity: user\nsource:")
                        .replace("fields: {", "fields: {user_id: int64, "));
        String kept = log.written
                .getFirst()
                .getOrDefault("activity@v1", Optional.empty())
                .orElseThrow();

        var elsewhere = new Catalog();
        elsewhere.hear("activity@v1", Optional.of(kept));

        assertThat(elsewhere.find(new ViewId("activity", "v1")))
                .contains(catalog.find(new ViewId("activity", "v1")).orElseThrow());
        assertThat(elsewhere.definitions().entities()).isEmpty();
    }

    @Test
    void whatCannotBeReadInTheLogIsPassedOver() {
        catalog.hear("Strange/x", Optional.of("kind: Strange\n"));
        catalog.hear("activity@v1", Optional.of("kind: FeatureView\nname: activity\n"));
        catalog.hear("activity@v2", Optional.of(V2));

        assertThat(catalog.all()).hasSize(1);
    }
}
