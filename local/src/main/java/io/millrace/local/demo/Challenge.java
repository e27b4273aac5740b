package io.millrace.local.demo;

import io.millrace.local.apply.Applied;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.Ledger;
import io.millrace.local.training.PipelineShape;
import io.millrace.proto.inference.v1.DriftIncident;
import io.millrace.proto.inference.v1.DriftSegment;
import io.millrace.proto.inference.v1.DriftUpstream;
import io.millrace.proto.inference.v1.Experiment;
import io.millrace.proto.inference.v1.ExperimentGain;
import io.millrace.proto.inference.v1.ExperimentReport;
import io.millrace.proto.inference.v1.ExperimentServiceGrpc;
import io.millrace.proto.inference.v1.GetDriftRequest;
import io.millrace.proto.inference.v1.GetExperimentRequest;
import io.millrace.proto.inference.v1.GetOnlineModelRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.LearnerProgress;
import io.millrace.proto.inference.v1.LearningServiceGrpc;
import io.millrace.proto.inference.v1.ListModelsRequest;
import io.millrace.proto.inference.v1.ModelVersion;
import io.millrace.proto.inference.v1.MovedThing;
import io.millrace.proto.inference.v1.VersionDrift;
import io.millrace.proto.inference.v1.WatchServiceGrpc;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A model that learns from the labels beside the one that is deployed: shown every ask, answering none, until the test that its deployment declares says that it is better. The definitions are a demo's {@code rollout/}.
 */
final class Challenge {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_TOLD = 3;
    private static final int HOURS_TOGETHER = 6;

    private final PipelineShape pipeline;
    private final String model;
    private final Path rollout;
    private final Channels channels;
    private final Applier applier;
    private final PrintStream out;

    /** @param model the online model's name */
    Challenge(PipelineShape pipeline, String model, Path rollout, Channels channels, Applier applier, PrintStream out) {
        this.pipeline = pipeline;
        this.model = model;
        this.rollout = rollout;
        this.channels = channels;
        this.applier = applier;
        this.out = out;
    }

    /** The name of a demo's online model; empty where it has none. */
    static Optional<String> modelOf(Demo demo) {
        Path folder = demo.definitions().resolve("online-models");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(".yaml"))
                    .map(file -> file.substring(0, file.length() - ".yaml".length()))
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw CommandFailure.failed("cannot read " + folder + ": " + e.getMessage());
        }
    }

    /** Shows the model that learned from the history every ask from now on, beside the version that is deployed. */
    void begin(Ledger ledger, String version) {
        keepUp(ledger);
        Path folder = rollout.resolve("4-challenged-" + version);
        Applied applied = applier.applyAll(DefinitionFolder.read(folder));
        if (!applied.faults().isEmpty()) {
            applied.print(out);
            throw CommandFailure.failed(folder + " was not applied");
        }
        LearnerProgress progress = progress();
        out.printf(
                Locale.ROOT,
                "%s has learned from %,d arrivals (log loss %.4f, each predicted before it was learned) and is shown every flight beside version %s%n",
                model,
                progress.getLabels(),
                progress.getLogLoss(),
                version);
    }

    /** Waits until everything that is known was learned, and the newest version that came of it serves: days pass here in seconds. */
    void keepUp(Ledger ledger) {
        int known = ledger.known();
        await(
                "the model to learn what is known",
                () -> progress().getLabels() >= known && progress().getFailure().isEmpty() && newestServes());
    }

    private boolean newestServes() {
        List<String> made = progress().getVersionsList();
        return !made.isEmpty()
                && InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .listModels(ListModelsRequest.getDefaultInstance())
                        .getModelsList()
                        .stream()
                        .anyMatch(each -> each.getName().equals(model)
                                && each.getVersion().equals(made.getLast())
                                && each.getState() == ModelVersion.State.STATE_SERVING);
    }

    /** What there is to say at the end: what was learned, what the test says. */
    List<String> evidence() {
        var lines = new ArrayList<String>();
        LearnerProgress progress = progress();
        lines.add(String.format(
                Locale.ROOT,
                "%s learned from %,d arrivals, log loss %.4f before it learned each; %d times its error moved; newest version %s",
                model,
                progress.getLabels(),
                progress.getLogLoss(),
                progress.getDrifts(),
                progress.getVersionsList().isEmpty()
                        ? "none"
                        : progress.getVersionsList().getLast()));
        Experiment experiment = experiment();
        boolean decided = experiment.getEndedCount() > 0;
        ExperimentReport report = decided ? experiment.getEnded(experiment.getEndedCount() - 1) : experiment.getNow();
        ExperimentGain gain = report.getObjective();
        lines.add(String.format(
                Locale.ROOT,
                "%s against %s on %,d flights that both scored: %s better by %.4f, between %.4f and %.4f at every look (alpha %.2f)",
                report.getChallenger(),
                report.getChampion(),
                report.getData().getChallengerRows(),
                gain.getOutcome(),
                gain.getEstimate(),
                gain.getLower(),
                gain.getUpper(),
                report.getAlpha()));
        lines.add(
                decided
                        ? String.format(
                                Locale.ROOT,
                                "%s (%s) by %s at %s: revision %d of the deployment",
                                report.getAction(),
                                report.getWhy(),
                                report.getWho(),
                                instant(report.getDecidedMicros()),
                                report.getMadeRevision())
                        : report.getDecision() + " (" + report.getWhy() + ")");
        return lines;
    }

    /**
     * What has moved furthest from a time on, since when, and where what was found last comes from.
     *
     * @param micros since the epoch; to some hours, see {@link #awaitFound}
     */
    List<String> drift(long micros) {
        var lines = new ArrayList<String>();
        for (VersionDrift version : incidents()) {
            DriftIncident incident = version.getIncident();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s %s, %d of what it uses moved: %s",
                    version.getModel(),
                    version.getVersion(),
                    incident.getMovedCount(),
                    incident.getMovedList().stream()
                            .filter(moved -> moved.getSinceMicros() >= from(micros))
                            .sorted(Comparator.comparingDouble(MovedThing::getBy)
                                    .reversed())
                            .limit(MOST_TOLD)
                            .map(Challenge::text)
                            .collect(Collectors.joining("; "))));
            incident.getSegmentsList().stream()
                    .limit(MOST_TOLD)
                    .forEach(segment -> lines.add("  where " + text(segment)));
            incident.getUpstreamList().stream()
                    .limit(MOST_TOLD)
                    .forEach(upstream -> lines.add("  from " + text(upstream)));
        }
        return lines;
    }

    /** Whether the test made the model that learns the one that answers. */
    boolean promoted() {
        return experiment().getEndedList().stream()
                .anyMatch(report -> report.getAction().equals("promoted") && report.getMadeRevision() > 0);
    }

    /** Waits until something was found that moved, or moved further, from a time on, microseconds since the epoch; to some hours, which are looked at together where few predictions fall into each. */
    void awaitFound(long micros) {
        await("the drift to be found", () -> incidents().stream()
                .flatMap(version -> version.getIncident().getMovedList().stream())
                .anyMatch(moved -> moved.getSinceMicros() >= from(micros)));
    }

    private static long from(long micros) {
        return micros - TimeUnit.HOURS.toMicros(HOURS_TOGETHER);
    }

    private List<VersionDrift> incidents() {
        return WatchServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .getDrift(GetDriftRequest.newBuilder()
                        .setPipeline(pipeline.name())
                        .build())
                .getReport()
                .getVersionsList()
                .stream()
                .filter(VersionDrift::hasIncident)
                .toList();
    }

    private Experiment experiment() {
        return ExperimentServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .getExperiment(GetExperimentRequest.newBuilder()
                        .setDeployment(pipeline.modelName())
                        .build())
                .getExperiment();
    }

    private LearnerProgress progress() {
        return LearningServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .getOnlineModel(
                        GetOnlineModelRequest.newBuilder().setName(model).build())
                .getModel()
                .getProgress();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw CommandFailure.failed("waited " + PATIENCE.toSeconds() + " s for " + what);
            }
            Pause.millis(50);
        }
    }

    private static String text(MovedThing moved) {
        return String.format(
                Locale.ROOT,
                "%s (%s by %.3f) since %s",
                moved.getName(),
                moved.getKind(),
                moved.getBy(),
                instant(moved.getSinceMicros()));
    }

    private static String text(DriftSegment segment) {
        return String.format(
                Locale.ROOT,
                "%s: %s went from %.3f to %.3f on %,d flights",
                String.join(" and ", segment.getConditionsList()),
                segment.getOf(),
                segment.getBefore(),
                segment.getNow(),
                segment.getRows());
    }

    private static String text(DriftUpstream upstream) {
        return String.format(
                Locale.ROOT,
                "%s: %s%s%s",
                upstream.getView(),
                String.join(", ", upstream.getFeaturesList()),
                upstream.hasAgeSeconds()
                        ? String.format(
                                Locale.ROOT,
                                ", %.1f h old (%.1f h before)",
                                upstream.getAgeSeconds() / 3_600,
                                upstream.getAgeSecondsBefore() / 3_600)
                        : "",
                upstream.getRemarksList().isEmpty() ? "" : "; " + String.join("; ", upstream.getRemarksList()));
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS);
    }
}
