package io.millrace.local.demo;

import io.millrace.local.apply.Applied;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.measure.Scores;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.Ledger;
import io.millrace.local.training.ModelFolder;
import io.millrace.local.training.PipelineShape;
import io.millrace.proto.inference.v1.DeploymentSummary;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.millrace.proto.inference.v1.ListDeploymentsRequest;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import io.millrace.proto.inference.v1.RollbackDeploymentRequest;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A second version of the model beside the first on a tenth of the live asks: deployed, looked at half way, promoted where it does better by then, else
 * rolled back. The definitions are a demo's {@code rollout/}.
 */
final class Canary {
    private static final String SECOND_VERSION = "2";
    private static final String STABLE = "stable";
    private static final String CANARY = "canary";

    private final Path rollout;
    private final PipelineShape pipeline;
    private final Channels channels;
    private final Applier applier;
    private final PrintStream out;
    private final List<String> lines = new ArrayList<>();
    private String winner = STABLE;
    private int winnersBefore;
    private int allBefore;

    Canary(Path rollout, PipelineShape pipeline, Channels channels, Applier applier, PrintStream out) {
        this.rollout = rollout;
        this.pipeline = pipeline;
        this.channels = channels;
        this.applier = applier;
        this.out = out;
    }

    static boolean isIn(Demo demo) {
        return Files.isDirectory(demo.definitions().resolve("rollout"));
    }

    static Path folder(Demo demo) {
        return demo.definitions().resolve("rollout");
    }

    /** Says that the first version gets everything, brings the second in, and gives it its share. */
    void begin(Training.Candidate second, ModelFolder models) {
        apply("1-stable");
        models.publish(pipeline, SECOND_VERSION, second.model(), second.onnx(), second.rows());
        inference().refreshModels(RefreshModelsRequest.getDefaultInstance());
        apply("2-canary");
        out.printf(
                Locale.ROOT,
                "A second version, fitted on the latest %,d rows (AUC %.3f on those held out), gets a tenth of the flights%n",
                second.rows().size(),
                second.heldAuc());
    }

    /** Half way, with nothing under way. */
    void decide(Ledger ledger) {
        Map<String, Ledger.Arm> arms = ledger.arms();
        allBefore = arms.values().stream().mapToInt(Ledger.Arm::predicted).sum();
        arms.forEach((name, arm) -> lines.add(String.format(
                Locale.ROOT,
                "%s: %,d of %,d flights (%.1f %%), %s",
                name,
                arm.predicted(),
                allBefore,
                100.0 * arm.predicted() / Math.max(1, allBefore),
                quality(arm.scores()))));
        boolean better = logLoss(arms, CANARY) < logLoss(arms, STABLE);
        long begin = System.nanoTime();
        if (better) {
            winner = CANARY;
            apply("3-promoted");
        } else {
            inference()
                    .rollbackDeployment(RollbackDeploymentRequest.newBuilder()
                            .setName(deployment().getName())
                            .setFromRevision(deployment().getRevision())
                            .build());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        winnersBefore = predicted(arms, winner);
        lines.add(
                better
                        ? "the second version does better so far: promoted (./millrace apply rollout/3-promoted) in "
                                + millis + " ms"
                        : "the second version does not do better: rolled back (./millrace rollback "
                                + pipeline.modelName() + ") in " + millis + " ms");
        lines.forEach(line -> out.println("  canary: " + line));
    }

    /** The version that was decided for. */
    String version() {
        return winner.equals(CANARY) ? SECOND_VERSION : pipeline.modelVersion();
    }

    /** What there is to say at the end. */
    List<String> lines(Ledger ledger) {
        var all = new ArrayList<>(lines);
        Map<String, Ledger.Arm> arms = ledger.arms();
        all.add(String.format(
                Locale.ROOT,
                "since then: %,d of %,d flights by %s",
                predicted(arms, winner) - winnersBefore,
                after(arms),
                winner));
        return all;
    }

    /** Whether both arms predicted, and since the decision only the one that it was for. */
    boolean tookEffect(Ledger ledger) {
        Map<String, Ledger.Arm> arms = ledger.arms();
        return predicted(arms, STABLE) > 0
                && predicted(arms, CANARY) > 0
                && predicted(arms, winner) - winnersBefore == after(arms);
    }

    private int after(Map<String, Ledger.Arm> arms) {
        return arms.values().stream().mapToInt(Ledger.Arm::predicted).sum() - allBefore;
    }

    private static int predicted(Map<String, Ledger.Arm> arms, String arm) {
        Ledger.Arm found = arms.get(arm);
        return found == null ? 0 : found.predicted();
    }

    private static double logLoss(Map<String, Ledger.Arm> arms, String arm) {
        Ledger.Arm found = arms.get(arm);
        return found == null ? Double.NaN : found.scores().logLoss();
    }

    private static String quality(Scores scores) {
        return scores.size() == 0
                ? "no outcome known"
                : String.format(Locale.ROOT, "log loss %.4f of %,d outcomes", scores.logLoss(), scores.size());
    }

    private void apply(String part) {
        Path folder = rollout.resolve(part);
        Applied applied = applier.applyAll(DefinitionFolder.read(folder));
        if (!applied.faults().isEmpty()) {
            applied.print(out);
            throw CommandFailure.failed(folder + " was not applied");
        }
    }

    private DeploymentSummary deployment() {
        return inference().listDeployments(ListDeploymentsRequest.getDefaultInstance()).getDeploymentsList().stream()
                .filter(deployment -> deployment.getName().equals(pipeline.modelName()))
                .findFirst()
                .orElseThrow(() -> CommandFailure.failed("no deployment splits model " + pipeline.modelName()));
    }

    private InferenceServiceBlockingStub inference() {
        return InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
    }
}
