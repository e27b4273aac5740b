package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.proto.inference.v1.LearnerFreeze;
import io.millrace.proto.inference.v1.LearnerProgress;
import io.millrace.proto.inference.v1.OnlineModelSummary;
import org.junit.jupiter.api.Test;

class ModelsCommandTest {
    @Test
    void aModelThatIsFrozenSaysWhyAndHowItGoesOn() {
        var model = OnlineModelSummary.newBuilder()
                .setName("online")
                .setLabels("delays")
                .setAlgorithm("logistic-regression")
                .setProgress(LearnerProgress.newBuilder()
                        .setLabels(3_000)
                        .putResults("learned", 2_000)
                        .putResults("frozen", 1_000)
                        .setMeasured(3_000)
                        .setLogLoss(0.5)
                        .setAccuracy(0.75)
                        .setMeanSquaredError(0.2)
                        .setRecentLoss(0.25)
                        .addVersions("1000")
                        .setFreeze(LearnerFreeze.newBuilder()
                                .setReason("CLASS_FLOOD")
                                .setExample(2_001)
                                .setMeasured(0.9)
                                .setReference(0.4)
                                .setBound(0.3)))
                .build();
        assertThat(ModelsCommand.lines(model))
                .containsExactly(
                        "online  logistic-regression on labels delays  FROZEN",
                        "  3,000 labels: 1,000 frozen, 2,000 learned",
                        "  before learning: log loss 0.5000, accuracy 0.7500, squared error 0.2000, recent loss 0.2500; 0 drifts",
                        "  versions: [1000], 0 labels learned since",
                        "  frozen at label 2,001: CLASS_FLOOD, 0.9000 where 0.4000 ± 0.3000 was expected; go on with ./millrace models resume online");
    }

    @Test
    void aModelThatAnotherReplicaFeedsSaysSo() {
        assertThat(ModelsCommand.lines(OnlineModelSummary.newBuilder()
                        .setName("online")
                        .setLabels("delays")
                        .setAlgorithm("hoeffding-tree")
                        .build()))
                .containsExactly("online  hoeffding-tree on labels delays  (not fed here)");
    }
}
