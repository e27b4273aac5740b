package io.millrace.local.demo;

import io.millrace.local.apply.Applied;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.measure.Progress;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.Event;
import io.millrace.local.replay.FirstAsks;
import io.millrace.local.replay.KafkaSink;
import io.millrace.local.replay.Ledger;
import io.millrace.local.replay.Pace;
import io.millrace.local.replay.PredictionReader;
import io.millrace.local.replay.Replayer;
import io.millrace.local.training.FeatureReader;
import io.millrace.local.training.ModelFolder;
import io.millrace.local.training.PipelineShape;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ModelVersion;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs a demo from an empty platform to its summary. */
public final class DemoRun {
    /** Share of the asks that are history: what the model is trained on. */
    private static final double HISTORY = 0.6;

    private static final int LEAST_LEARNED = 2_000;

    /** Asks under way at most: a replay that outran the platform would measure its own queue. */
    private static final int MOST_OPEN = 256;

    /** Asks after which the replay waits until the model that learns has learned of them: days pass here in seconds. */
    private static final int STEP = 250;

    private final Demo demo;
    private final DemoOptions options;
    private final Layout layout;
    private final PortPlan ports;
    private final PrintStream out;
    private final InstantSource clock;
    private final LocalPlatform platform;
    private final Ledger ledger;
    private volatile boolean kept;
    private volatile boolean stopping;

    public DemoRun(
            Demo demo, DemoOptions options, Layout layout, PortPlan ports, PrintStream out, InstantSource clock) {
        this.demo = demo;
        this.options = options;
        this.layout = layout;
        this.ports = ports;
        this.out = out;
        this.clock = clock;
        this.platform = new LocalPlatform(layout, out);
        this.ledger = new Ledger(demo.scenario().numbers());
    }

    /**
     * Runs it.
     *
     * @return the exit code: 0 where every check of the summary holds
     * @throws CommandFailure where it cannot go on; nothing is left running then
     */
    public int run() {
        DefinitionFolder folder = DefinitionFolder.read(demo.definitions());
        PipelineShape pipeline = folder.pipelines().stream()
                .findFirst()
                .map(PipelineShape::read)
                .orElseThrow(() -> CommandFailure.usage(demo.definitions() + " holds no pipeline"));
        var timings = new Timings();
        startPlatform();
        timings.mark("start");
        try (var channels = new Channels(ports);
                Surroundings surroundings = demo.surroundings().apply(folder, ports)) {
            var applier = new Applier(channels, ports);
            apply(applier.applyInputs(folder));
            var watch = new Watch(platform, layout, channels);
            boolean good = stream(folder, pipeline, new Run(channels, surroundings, applier, watch, timings));
            end();
            return good ? 0 : CommandFailure.FAILED;
        } catch (CommandFailure e) {
            if (stopping) {
                throw CommandFailure.failed("stopped");
            }
            platform.stop();
            throw e;
        }
    }

    /** What the steps of a run share. */
    private record Run(Channels channels, Surroundings surroundings, Applier applier, Watch watch, Timings timings) {}

    private void startPlatform() {
        platform.refuseASecond();
        platform.endLeftovers();
        layout.wipe();
        out.println("Starting the platform (data in " + layout.shown() + ", begun anew)");
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopUnlessKept, "stop-platform"));
        platform.start(ports, true);
    }

    private void stopUnlessKept() {
        if (!kept) {
            stopping = true;
            platform.stop();
        }
    }

    private void end() {
        if (options.keep()) {
            platform.release();
            kept = true;
            out.println("The platform keeps running: ./millrace status, ./millrace down");
        } else {
            platform.stop();
        }
    }

    private void apply(Applied applied) {
        if (applied.outcomes().size() + applied.faults().size() > 0) {
            out.println("Applying " + demo.definitions());
        }
        applied.print(out);
        if (!applied.faults().isEmpty()) {
            throw CommandFailure.failed(demo.definitions() + " was not applied");
        }
    }

    private boolean stream(DefinitionFolder folder, PipelineShape pipeline, Run run) {
        try (var sink = new KafkaSink(ports.bootstrapServers(), ledger::acknowledged)) {
            Iterator<Event> events = demo.scenario().events();
            var replayer = new Replayer(sink, event -> {
                ledger.sent(event);
                run.surroundings().sent(event);
            });
            Training.Result trained = history(pipeline, events, replayer, run);
            apply(run.applier().applyPipelines(folder));
            try (var reader = new PredictionReader(ports.bootstrapServers(), pipeline.outputTopic(), ledger, clock)) {
                double catchUp = catchUp(reader, run);
                Optional<Canary> canary = canary(pipeline, run);
                Optional<Challenge> challenge = challenge(pipeline, run);
                canary.ifPresent(begun -> begun.begin(trained.second(), models()));
                double seconds = live(events, replayer, reader, run, new Rollout(canary, challenge));
                run.timings().mark("replay");
                var summary = new Summary(demo, platform, run.channels(), ports, out, canary, challenge);
                return summary.print(pipeline, trained, ledger, new Summary.Rates(catchUp, seconds), run.timings());
            }
        }
    }

    private Optional<Canary> canary(PipelineShape pipeline, Run run) {
        return Canary.isIn(demo)
                ? Optional.of(new Canary(Canary.folder(demo), pipeline, run.channels(), run.applier(), out))
                : Optional.empty();
    }

    /** There is one where the history is long enough to learn from. */
    private Optional<Challenge> challenge(PipelineShape pipeline, Run run) {
        return Challenge.modelOf(demo)
                .filter(_ -> demo.scenario().asks() * HISTORY >= LEAST_LEARNED)
                .map(model -> new Challenge(pipeline, model, Canary.folder(demo), run.channels(), run.applier(), out));
    }

    /** What happens to the model while the rest is replayed. */
    private record Rollout(Optional<Canary> canary, Optional<Challenge> challenge) {}

    private ModelFolder models() {
        return new ModelFolder(layout.models(), layout.data("drafts"));
    }

    private Training.Result history(PipelineShape pipeline, Iterator<Event> events, Replayer replayer, Run run) {
        int asks = (int) Math.floor(demo.scenario().asks() * HISTORY);
        long begin = System.nanoTime();
        var collector = new Collector(demo.scenario().numbers());
        var recorder = replayer.alsoTelling(collector::sent);
        long sent = recorder.sendHistory(events, asks);
        out.printf(
                Locale.ROOT, "Sent %,d events as history (%,d of them asks) in %.1f s%n", sent, asks, seconds(begin));
        List<Event> settledAsks = collector.settled();
        if (settledAsks.isEmpty()) {
            throw CommandFailure.usage("too few events: nothing has an outcome before the replay begins");
        }
        var training = new Training(pipeline, new FeatureReader(run.channels(), pipeline));
        training.awaitApplied(settledAsks.getLast(), rounds -> run.watch().check(rounds));
        out.printf(Locale.ROOT, "All of it is in the features after %.1f s%n", seconds(begin));
        run.timings().mark("history");
        var progress = new Progress(out, options.terminal());
        Training.Result trained = training.run(
                settledAsks, models(), rows -> progress.show(() -> "  features of " + rows + " training rows"));
        progress.finish(String.format(
                Locale.ROOT,
                "Trained on %,d rows read as of their time - 1 us; %,d later rows held out: AUC %.3f, ONNX Runtime = Tribuo within %.1e",
                trained.rows(),
                trained.held(),
                trained.heldAuc(),
                trained.difference()));
        serve(pipeline, trained, run.channels());
        run.timings().mark("training");
        return trained;
    }

    private void serve(PipelineShape pipeline, Training.Result trained, Channels channels) {
        List<ModelVersion> models = InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .refreshModels(RefreshModelsRequest.getDefaultInstance())
                .getModelsList();
        ModelVersion version = models.stream()
                .filter(model -> model.getName().equals(pipeline.modelName())
                        && model.getVersion().equals(pipeline.modelVersion()))
                .findFirst()
                .orElseThrow(() -> CommandFailure.failed("inference-service does not see the new model version"));
        if (version.getState() != ModelVersion.State.STATE_SERVING) {
            throw CommandFailure.failed("inference-service does not serve the new model version: " + version.getState()
                    + " " + version.getReason());
        }
        out.println("Model " + version.getName() + " version " + version.getVersion() + " serves, digest "
                + trained.digest().substring(0, 12));
    }

    /** The pipeline begins at the topic's beginning: it first scores what has passed. */
    private double catchUp(PredictionReader reader, Run run) {
        long begin = System.nanoTime();
        var progress = new Progress(out, options.terminal());
        while (ledger.open() > 0) {
            step(reader, run);
            progress.show(() -> String.format(Locale.ROOT, "  %,d history asks to score", ledger.open())
                    + run.watch().hint());
        }
        double seconds = seconds(begin);
        progress.finish(String.format(
                Locale.ROOT,
                "Scored the history's %,d asks in %.1f s",
                ledger.counts().asked(),
                seconds));
        run.timings().mark("catch-up");
        return ledger.counts().asked() / seconds;
    }

    private double live(Iterator<Event> events, Replayer replayer, PredictionReader reader, Run run, Rollout rollout) {
        ledger.goLive();
        out.println(
                "Replaying the rest: will it be true that " + demo.scenario().question() + "?");
        var progress = new Progress(out, options.terminal());
        long begin = System.nanoTime();
        var pace = new LivePace(reader, run, progress, begin);
        rollout.canary().ifPresent(begun -> {
            int half = (int) Math.floor(demo.scenario().asks() * (1 - HISTORY) / 2);
            replayer.replay(new FirstAsks(events, half), pace);
            awaitAll(reader, run);
            begun.decide(ledger);
            rollout.challenge().ifPresent(challenge -> {
                challenge.begin(ledger, begun.version());
                while (events.hasNext()) {
                    replayer.replay(new FirstAsks(events, STEP), pace);
                    awaitAll(reader, run);
                    challenge.keepUp(ledger);
                }
            });
        });
        replayer.replay(events, pace);
        awaitAll(reader, run);
        double seconds = seconds(begin);
        progress.finish(line(begin));
        return seconds;
    }

    private void awaitAll(PredictionReader reader, Run run) {
        while (ledger.open() > 0) {
            step(reader, run);
        }
    }

    private void step(PredictionReader reader, Run run) {
        reader.throwIfFailed();
        run.watch().check(ledger.open());
        Pause.millis(2);
    }

    private String line(long begin) {
        Ledger.Counts counts = ledger.counts();
        return String.format(
                Locale.ROOT,
                "  asked %,d, predicted %,d (%,.0f/s), lag %d, %s",
                counts.liveAsked(),
                counts.livePredicted(),
                counts.livePredicted() / seconds(begin),
                counts.open(),
                ledger.soFar());
    }

    private final class LivePace implements Pace {
        private final PredictionReader reader;
        private final Run run;
        private final Progress progress;
        private final long begin;
        private long firstMicros = Long.MIN_VALUE;

        LivePace(PredictionReader reader, Run run, Progress progress, long begin) {
            this.reader = reader;
            this.run = run;
            this.progress = progress;
            this.begin = begin;
        }

        @Override
        public void awaitTime(long micros) {
            progress.show(() -> line(begin));
            if (options.speed().isEmpty()) {
                return;
            }
            if (firstMicros == Long.MIN_VALUE) {
                firstMicros = micros;
            }
            double due = (micros - firstMicros) / 1e6 / options.speed().getAsDouble();
            long mark = 0;
            while (seconds(begin) < due) {
                reader.throwIfFailed();
                run.watch().check(mark++);
                progress.show(() -> line(begin));
                Pause.millis((long) Math.min(50, Math.ceil((due - seconds(begin)) * 1e3)));
            }
        }

        @Override
        public void awaitRoom() {
            while (ledger.open() >= MOST_OPEN) {
                step(reader, run);
                progress.show(() -> line(begin));
            }
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
