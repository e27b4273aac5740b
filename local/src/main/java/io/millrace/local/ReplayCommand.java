package io.millrace.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.local.measure.Progress;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.PredictionReplay;
import io.millrace.proto.inference.v1.PredictionReplay.Outcome;
import io.millrace.proto.inference.v1.ReplayDifference;
import io.millrace.proto.inference.v1.ReplayPredictionsRequest;
import io.millrace.proto.inference.v1.ReplayServiceGrpc;
import io.millrace.proto.inference.v1.ReplayServiceGrpc.ReplayServiceBlockingStub;
import io.millrace.proto.inference.v1.SamplePredictionsRequest;
import io.millrace.proto.inference.v1.SamplePredictionsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes predictions again from what they were made of, and compares. */
@Command(
        name = "replay",
        description = {
            "Make a prediction again from its event, the features computed again from the events below the recorded positions, and the model's bytes;",
            "compare to the bit and explain what differs. Exit code 1 where one differs or something is gone."
        },
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
    private static final int AT_ONCE = 20;
    private static final int CALL_SECONDS = 180;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MOST_SHOWN = 10;

    @Parameters(
            paramLabel = "PREDICTION",
            description =
                    "the prediction's record as topic-partition-offset, such as flights.predictions.v1-2-917; with --sample a topic")
    private String what = "";

    @Option(names = "--sample", paramLabel = "N", description = "so many predictions of the topic, drawn at random")
    private int sample;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "draw the same ones again; ${DEFAULT-VALUE} where left out")
    private long seed = 1;

    private final Progress progress = new Progress(System.out, System.console() != null);

    @Override
    public Integer call() {
        try (var channels = new Channels(Main.running().ports())) {
            ReplayServiceBlockingStub replays = ReplayServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE));
            return sample > 0 ? campaign(replays) : one(replays);
        } catch (StatusRuntimeException e) {
            String words = e.getStatus().getDescription();
            throw CommandFailure.failed(
                    words == null
                            ? "inference-service does not answer: "
                                    + e.getStatus().getCode()
                            : words);
        }
    }

    private int one(ReplayServiceBlockingStub replays) {
        PredictionReplay replay = ask(replays, List.of(what)).getFirst();
        show(replay, System.out::println);
        return replay.getOutcome() == Outcome.OUTCOME_SAME ? 0 : CommandFailure.FAILED;
    }

    private int campaign(ReplayServiceBlockingStub replays) {
        SamplePredictionsResponse drawn = replays.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .samplePredictions(SamplePredictionsRequest.newBuilder()
                        .setTopic(what)
                        .setCount(sample)
                        .setSeed(seed)
                        .build());
        List<String> places = drawn.getPredictionsList();
        if (places.isEmpty()) {
            throw CommandFailure.failed("topic '" + what + "' has no predictions");
        }
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        var others = new ArrayList<PredictionReplay>();
        for (int from = 0; from < places.size(); from += AT_ONCE) {
            for (PredictionReplay replay :
                    ask(replays, places.subList(from, Math.min(places.size(), from + AT_ONCE)))) {
                counts.merge(replay.getOutcome(), 1, Integer::sum);
                if (replay.getOutcome() != Outcome.OUTCOME_SAME) {
                    others.add(replay);
                }
            }
            int done = Math.min(places.size(), from + AT_ONCE);
            progress.show(() -> done + " of " + places.size() + " made again");
        }
        others.stream().limit(MOST_SHOWN).forEach(replay -> show(replay, System.out::println));
        progress.finish(summary(places.size(), counts, others.size(), seed));
        return others.isEmpty() ? 0 : CommandFailure.FAILED;
    }

    /** The ratio, and what became of the others. */
    static String summary(int replayed, Map<Outcome, Integer> counts, int others, long seed) {
        int same = counts.getOrDefault(Outcome.OUTCOME_SAME, 0);
        return String.format(
                Locale.ROOT,
                "%d of %d predictions are the same to the bit (%.2f %%), %d differ, of %d something is gone; seed %d%s",
                same,
                replayed,
                100.0 * same / replayed,
                counts.getOrDefault(Outcome.OUTCOME_DIFFERENT, 0),
                counts.getOrDefault(Outcome.OUTCOME_GONE, 0),
                seed,
                others > MOST_SHOWN ? "; the first " + MOST_SHOWN + " are shown" : "");
    }

    /** Asks again as long as the offline store is behind or the service is busy. */
    private List<PredictionReplay> ask(ReplayServiceBlockingStub replays, List<String> places) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return replays.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .replayPredictions(ReplayPredictionsRequest.newBuilder()
                                .addAllPredictions(places)
                                .build())
                        .getReplaysList();
            } catch (StatusRuntimeException e) {
                Status.Code code = e.getStatus().getCode();
                boolean passing = code == Status.Code.UNAVAILABLE || code == Status.Code.RESOURCE_EXHAUSTED;
                if (!passing || e.getStatus().getDescription() == null || System.nanoTime() > until) {
                    throw e;
                }
                progress.show(() -> "waiting: " + e.getStatus().getDescription());
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    /** One replay, a line and what differs below it. */
    static void show(PredictionReplay replay, Consumer<String> out) {
        String title = replay.getPrediction()
                + (replay.getPipeline().isEmpty()
                        ? ""
                        : " of pipeline " + replay.getPipeline() + ", key " + replay.getKey());
        out.accept(
                switch (replay.getOutcome()) {
                    case OUTCOME_SAME -> title + ": the same to the bit, " + replay.getRecorded();
                    case OUTCOME_DIFFERENT ->
                        title + ": differs; it was " + replay.getRecorded()
                                + (replay.getRebuilt().isEmpty() ? "" : " and is " + replay.getRebuilt());
                    case OUTCOME_GONE -> title + ": cannot be made again";
                    case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> title + ": unknown";
                });
        for (ReplayDifference difference : replay.getDifferencesList()) {
            out.accept("  " + difference.getWhat().toLowerCase(Locale.ROOT) + ": " + difference.getWords());
        }
        replay.getRemarksList().forEach(remark -> out.accept("  note: " + remark));
    }
}
