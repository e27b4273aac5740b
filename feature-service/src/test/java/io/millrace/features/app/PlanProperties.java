package io.millrace.features.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.DefinitionPlan.Change;
import io.millrace.features.app.Definitions.Mode;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever folders are applied after each other: a plan says what applying does, and leaves nothing to plan. */
class PlanProperties {
    private static final List<String> DOCUMENTS = List.of(
            "kind: Entity\nname: user\njoin_keys: [{name: user_id, type: int64}]\n",
            Views.activity("activity", "v1", "clicks"),
            Views.activity("activity", "v2", "clicks"),
            Views.activity("activity", "v2", "clicks").replace("what a user did", "clicks") + "active: false\n",
            Views.activity("activity", "v10", "visits").replace("ttl: 1d", "ttl: 9d"),
            Views.activity("activity", "v10", "visits").replace("ttl: 1d", "ttl: 8d"),
            Views.profile("profile"),
            """
            kind: OnDemandFeatureView
            name: money
            version: v1
            inputs: [activity:last_amount]
            features: [{name: twice, type: double, expression: last_amount * 2.0}]
            """,
            """
            kind: OnDemandFeatureView
            name: more
            version: v1
            inputs: [money:twice, "activity@v1:events_1h"]
            features: [{name: big, type: bool, expression: twice > 10.0 && events_1h > 3}]
            """,
            "kind: FeatureService\nname: model\nfeatures: [profile, activity]\n",
            "kind: FeatureService\nname: model\nfeatures: [activity:events_1h]\n",
            "kind: FeatureService\nname: scored\nversion: v1\nfeatures: [more:big]\n");

    /** Bits 0 to 11 choose documents, 12 and 13 say how: prune, force. */
    private static List<DefinitionFile> folder(int drawn) {
        return IntStream.range(0, DOCUMENTS.size())
                .filter(i -> (drawn >> i & 1) != 0)
                .mapToObj(i -> new DefinitionFile(i + ".yaml", DOCUMENTS.get(i)))
                .toList();
    }

    private static Mode mode(int drawn, boolean dryRun) {
        return new Mode(dryRun, "p", (drawn >> 12 & 1) != 0, (drawn >> 13 & 1) != 0);
    }

    @Test
    void applyingDoesWhatThePlanSaysAndLeavesNothingToPlan() {
        qt().withExamples(200)
                .forAll(lists().of(integers().between(1, (1 << 14) - 1)).ofSizeBetween(1, 4))
                .checkAssert(this::check);
    }

    private void check(List<Integer> folders) {
        var catalog = new Catalog();
        var log = new MemoryDefinitions(catalog);
        var definitions = new Definitions(catalog, log, Views.NO_INGESTIONS, Views::nothingToBackfill);
        for (int drawn : folders) {
            DefinitionPlan plan;
            try {
                plan = definitions.apply(folder(drawn), mode(drawn, true));
            } catch (Refusal faulty) {
                assertThat(faulty.reason()).isIn(FeatureReason.INVALID_DEFINITION, FeatureReason.EMPTY_REQUEST);
                continue;
            }
            var before = definitions.listAll();
            boolean allowed = plan.of(Change.NEEDS_NEW_VERSION).isEmpty()
                    && (plan.broken().isEmpty() || mode(drawn, false).force());
            try {
                DefinitionPlan done = definitions.apply(folder(drawn), mode(drawn, false));
                assertThat(allowed).isTrue();
                assertThat(done.outcomes()).isEqualTo(plan.outcomes());
            } catch (Refusal refused) {
                assertThat(allowed).isFalse();
                assertThat(definitions.listAll()).isEqualTo(before);
                continue;
            }
            if (!plan.broken().isEmpty()) {
                continue; // forced: what this folder names may be gone, so that it cannot be applied again
            }
            int written = log.written.size();
            assertThat(definitions.apply(folder(drawn), mode(drawn, true)).isNothing())
                    .isTrue();
            definitions.apply(folder(drawn), mode(drawn, false));
            assertThat(log.written).hasSize(written);
        }
    }
}
