package io.millrace.inference.app.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.definition.DefinitionReader;
import io.millrace.inference.domain.learn.Algorithm;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.domain.learn.OnlineModel.OnDrift;
import io.millrace.inference.domain.learn.OnlineModel.Snapshots;
import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.FeatureSpace.Interaction;
import io.millrace.models.kernel.learn.GuardSettings;
import io.millrace.models.kernel.learn.LinearSettings;
import io.millrace.models.kernel.learn.Optimizer;
import io.millrace.models.kernel.learn.TreeSettings;
import io.millrace.models.kernel.learn.TreeSettings.LeafPrediction;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnlineModelReaderTest {
    private static final String COLUMNS = """
            columns:
              - {feature: "origin_delays:delay_mean_3h", impute: 0.0}
              - {request: distance}
            """;

    @Test
    void whatIsLeftOutIsAsTheKernelHasIt() {
        OnlineModel model = good("learner: {algorithm: logistic-regression}\n" + COLUMNS);
        assertThat(model.name()).isEqualTo("online");
        assertThat(model.labels()).isEqualTo("flight-delay");
        assertThat(model.algorithm()).isEqualTo(new Algorithm.Logistic(LinearSettings.of(Optimizer.Ftrl.DEFAULTS)));
        assertThat(model.snapshots()).isEqualTo(new Snapshots(1000, OnDrift.ADWIN, 5));
        assertThat(model.guard()).isEqualTo(GuardSettings.OF_CLASSES);
        assertThat(model.space().numbers()).containsExactly("origin_delays:delay_mean_3h", "distance");
    }

    @Test
    void everythingIsRead() {
        OnlineModel model = good("""
                learner: {algorithm: linear-regression, optimizer: {adagrad: {rate: 0.5}}, standardise: false, largest-input: 3}
                columns:
                  - {feature: "origin_delays:delay_mean_3h", impute: 0.0}
                  - {feature: "origin:carrier", category: {bits: 7}}
                  - {request: distance}
                interactions: [[distance, "origin:carrier"], [distance, distance]]
                seed: 9
                snapshot: {every: 500, on-drift: page-hinkley, keep: 2}
                guard: {window: 300, share-of-source: 0.1, lowest: -60, highest: 240}
                """);
        assertThat(model.algorithm())
                .isEqualTo(new Algorithm.Linear(new LinearSettings(new Optimizer.AdaGrad(0.5), false, 3, 300)));
        assertThat(model.seed()).isEqualTo(9);
        assertThat(model.snapshots()).isEqualTo(new Snapshots(500, OnDrift.PAGE_HINKLEY, 2));
        assertThat(model.guard()).isEqualTo(new GuardSettings(300, 0.1, 0.05, 1, 1e-6, -60, 240));
        assertThat(model.interactions())
                .containsExactly(
                        new Interaction("distance", "origin:carrier"), new Interaction("distance", "distance"));
        assertThat(model.space().slots()).isEqualTo(2 * 128);
    }

    @Test
    void treesAndForestsAreRead() {
        assertThat(good("learner: {algorithm: adaptive-hoeffding-tree, grace: 50, leaf: share}\n" + COLUMNS)
                        .algorithm())
                .isEqualTo(new Algorithm.Tree(
                        new TreeSettings(50, 1e-7, 0.05, 2001, 500, 50, 0, LeafPrediction.SHARE, true)));
        assertThat(good("learner: {algorithm: adaptive-random-forest, trees: 3}\n" + COLUMNS)
                        .algorithm())
                .isEqualTo(new Algorithm.Forest(
                        new AdaptiveRandomForest.Settings(3, 6, 0.01, 0.001, TreeSettings.OF_A_FOREST)));
    }

    @Test
    void allFaultsAreFoundAtOnce() {
        assertThat(faults("""
                learner: {algorithm: linear-regression, optimizer: {ftrl: {alpha: 0}}, grease: 1}
                columns:
                  - {feature: nonsense}
                  - {request: distance, impute: 1}
                  - {request: distance}
                  - {request: carrier, category: {bits: 40}}
                interactions: [[distance, distence], [distance]]
                snapshot: {every: -1, on-drift: perhaps, keep: 0}
                guard: {window: 5, lowest: 0, highest: 10}
                frequency: 3
                """))
                .extracting(fault -> fault.place().line())
                .containsExactlyInAnyOrder(4, 4, 6, 7, 8, 9, 10, 10, 11, 11, 11, 12, 13);
    }

    @Test
    void aRegressionSaysWhatItsLabelsAre() {
        assertThat(faults("learner: {algorithm: linear-regression}\n" + COLUMNS))
                .extracting(Fault::message)
                .containsExactly("a regression needs 'lowest' and 'highest' of its labels in 'guard'");
    }

    @Test
    void naiveBayesOverTextsIsRefused() {
        assertThat(faults("""
                learner: {algorithm: hoeffding-tree, leaf: adaptive-naive-bayes}
                columns:
                  - {request: carrier, category: {bits: 4}}
                """)).singleElement().satisfies(fault -> assertThat(fault.message())
                .contains("leaf: share"));
    }

    @Test
    void moreSlotsThanAStateMayHaveAreRefused() {
        assertThat(faults("""
                learner: {algorithm: logistic-regression}
                columns:
                  - {request: a, category: {bits: 20}}
                  - {request: b, category: {bits: 1}}
                """)).singleElement().satisfies(fault -> assertThat(fault.message())
                .contains("1048578 slots"));
    }

    private static OnlineModel good(String rest) {
        var faults = new Faults();
        OnlineModel model = read(rest, faults);
        assertThat(faults.all()).isEmpty();
        return model;
    }

    private static List<Fault> faults(String rest) {
        var faults = new Faults();
        read(rest, faults);
        return faults.all();
    }

    private static OnlineModel read(String rest, Faults faults) {
        var file = new DefinitionFile("m.yaml", "kind: OnlineModel\nname: online\nlabels: flight-delay\n" + rest);
        return (OnlineModel) DefinitionReader.read(List.of(file), List.of(new OnlineModelKind()), faults)
                .getFirst()
                .definition();
    }
}
