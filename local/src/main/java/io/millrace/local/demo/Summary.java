package io.millrace.local.demo;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.local.measure.Durations;
import io.millrace.local.measure.Scores;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.Memory;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.local.replay.CommittedRecords;
import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import io.millrace.local.replay.Ledger;
import io.millrace.local.training.FeatureReader;
import io.millrace.local.training.PipelineShape;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.millrace.proto.edge.v1.GetAggregateRequest;
import io.millrace.proto.edge.v1.GetAggregateResponse;
import io.millrace.proto.edge.v1.NodeState;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureViewSummary;
import io.millrace.proto.features.v1.ListFeatureViewsRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.PipelineSummary;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a demo says at its end, and the checks that it holds itself to. */
final class Summary {
    private static final int READS = 500;
    private static final Duration EDGE_PATIENCE = Duration.ofSeconds(20);

    private final Demo demo;
    private final LocalPlatform platform;
    private final Channels channels;
    private final PortPlan ports;
    private final PrintStream out;
    private final Optional<Canary> canary;
    private final Optional<Challenge> challenge;

    Summary(
            Demo demo,
            LocalPlatform platform,
            Channels channels,
            PortPlan ports,
            PrintStream out,
            Optional<Canary> canary,
            Optional<Challenge> challenge) {
        this.demo = demo;
        this.platform = platform;
        this.channels = channels;
        this.ports = ports;
        this.out = out;
        this.canary = canary;
        this.challenge = challenge;
    }

    /**
     * How fast predictions came.
     *
     * @param catchUp per second, while the history was scored
     * @param liveSeconds how long the replay took
     */
    record Rates(double catchUp, double liveSeconds) {}

    /** Prints everything; answers whether all checks hold. */
    boolean print(PipelineShape pipeline, Training.Result trained, Ledger ledger, Rates rates, Timings timings) {
        Ledger.Counts counts = ledger.counts();
        long deadLetters = deadLetters();
        boolean once = counts.open() == 0 && counts.duplicates() == 0 && counts.unknown() == 0;
        out.println();
        out.println("Summary");
        line(
                "asked",
                "%,d (%,d history, %,d live)",
                counts.asked(),
                counts.asked() - counts.liveAsked(),
                counts.liveAsked());
        line(
                "predictions",
                "%,d; one for each ask: %s (%d missing, %d twice, %d unknown)",
                counts.predicted(),
                once ? "yes" : "NO",
                counts.open(),
                counts.duplicates(),
                counts.unknown());
        line("features complete", "%,d of %,d", counts.predicted() - counts.incomplete(), counts.predicted());
        line("dead letters", "%,d", deadLetters);
        pipeline.alert()
                .ifPresent(alert -> line(
                        "alerts",
                        "%,d in %s: %s",
                        CommittedRecords.count(ports.bootstrapServers(), alert.topic()),
                        alert.topic(),
                        alert.when()));
        quality(trained, ledger.scores());
        canary.ifPresent(ended -> lines("canary", ended.lines(ledger)));
        boolean proven = demo.drift().isEmpty();
        if (challenge.isPresent()) {
            proven = challenge(challenge.get());
        }
        line(
                "feature read",
                "%s (one entity, %d features, gRPC)",
                measureReads(pipeline),
                pipeline.features().size());
        line("stream prediction", "%s from the event's record to the prediction's", ledger.latency());
        line("", "%s until a reader of committed records has it", ledger.latencyToReader());
        line(
                "predictions/s",
                "%,.0f in the replay (bounded by its order), %,.0f scoring the history",
                counts.liveAsked() / rates.liveSeconds(),
                rates.catchUp());
        edge();
        line("resident memory", "%s", memory());
        line("time", "%s", timings.line(buildSeconds()));
        addresses();
        return once
                && deadLetters == 0
                && proven
                && canary.map(ended -> ended.tookEffect(ledger)).orElse(true);
    }

    /** Says how the model that learns fared; answers whether a drift that was put in was found and the model that learned it promoted. */
    private boolean challenge(Challenge ended) {
        lines("online challenger", ended.evidence());
        if (demo.drift().isEmpty()) {
            return true;
        }
        Demo.Drift drift = demo.drift().get();
        ended.awaitFound(drift.fromMicros());
        lines("drift", ended.drift(drift.fromMicros()));
        line("", "what was put in: %s", drift.text());
        return ended.promoted();
    }

    private void lines(String name, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            line(i == 0 ? name : "", "%s", lines.get(i));
        }
    }

    private void quality(Training.Result trained, Scores scores) {
        if (scores.size() == 0) {
            line("quality", "no outcome is known yet");
            return;
        }
        line(
                "AUC",
                "%.4f over %,d outcomes, of which %.1f %% true",
                scores.auc(),
                scores.size(),
                scores.baseRate() * 100);
        double constant = scores.logLossOfConstant(trained.baseRate());
        line(
                "log loss",
                "%.4f; always saying the training's base rate (%.1f %%): %.4f",
                scores.logLoss(),
                trained.baseRate() * 100,
                constant);
    }

    private long deadLetters() {
        long views = FeatureServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .listFeatureViews(ListFeatureViewsRequest.getDefaultInstance())
                .getViewsList()
                .stream()
                .mapToLong(FeatureViewSummary::getDeadLettered)
                .sum();
        long pipelines = InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .listPipelines(ListPipelinesRequest.getDefaultInstance())
                .getPipelinesList()
                .stream()
                .mapToLong(PipelineSummary::getDeadLettered)
                .sum();
        return views + pipelines;
    }

    /** Reads of one entity each, one after the other, for asks spread over the whole scenario; the first tenth warms up. */
    private Durations measureReads(PipelineShape pipeline) {
        var reader = new FeatureReader(channels, pipeline);
        var durations = new Durations();
        List<Event> asks = someAsks();
        int warmUp = asks.size() / 10;
        for (int i = 0; i < asks.size(); i++) {
            long begin = System.nanoTime();
            reader.read(List.of(asks.get(i)), Duration.ZERO);
            if (i >= warmUp) {
                durations.addNanos(System.nanoTime() - begin);
            }
        }
        return durations;
    }

    private List<Event> someAsks() {
        int stride = Math.max(1, demo.scenario().asks() / READS);
        var asks = new ArrayList<Event>();
        int seen = 0;
        for (Iterator<Event> events = demo.scenario().events(); events.hasNext(); ) {
            Event event = events.next();
            if (event.role() == Role.ASK && seen++ % stride == 0) {
                asks.add(event);
            }
        }
        return asks;
    }

    private void edge() {
        Optional<GetAggregateResponse> found = aggregate();
        if (found.isEmpty() || found.get().getEdgeNodes() == 0) {
            return;
        }
        GetAggregateResponse aggregate = found.get();
        line(
                "edge nodes",
                "%d, %,d records, quality %.3f (by records %.3f)",
                aggregate.getEdgeNodes(),
                aggregate.getTotalRecords(),
                aggregate.getDataQualityScore(),
                aggregate.getWeightedDataQualityScore());
        for (NodeState node : aggregate.getNodeDataList()) {
            boolean good = node.getStatus() == NodeState.Status.STATUS_SUCCESS;
            line(
                    "",
                    "%s: %s",
                    node.getNode().getId(),
                    good
                            ? String.format(
                                    Locale.ROOT,
                                    "%,d records",
                                    node.getSummary().getRecordCount())
                            : node.getStatus().name().replace("STATUS_", "").toLowerCase(Locale.ROOT) + " "
                                    + node.getErrorCode() + " " + node.getErrorMessage());
        }
    }

    private Optional<GetAggregateResponse> aggregate() {
        long deadline = System.nanoTime() + EDGE_PATIENCE.toNanos();
        while (true) {
            try {
                return Optional.of(EdgeServiceGrpc.newBlockingStub(channels.to(Service.EDGE))
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .getAggregate(GetAggregateRequest.getDefaultInstance()));
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
                    throw CommandFailure.failed("edge-gateway does not answer: " + e.getStatus());
                }
                if (System.nanoTime() > deadline) {
                    return Optional.empty();
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(250);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }

    private String memory() {
        return platform.processes().stream()
                .filter(entry -> !entry.name().equals("helper"))
                .map(entry -> entry.name() + " " + (Memory.resident(entry.pid()).orElse(0) >> 20) + " MiB")
                .collect(Collectors.joining(", "));
    }

    private void addresses() {
        for (Service service : Service.values()) {
            line(
                    service == Service.FEATURES ? "addresses" : "",
                    "%-18s REST http://127.0.0.1:%d  gRPC 127.0.0.1:%d  metrics http://127.0.0.1:%d/q/metrics",
                    service.module(),
                    ports.rest(service),
                    ports.grpc(service),
                    ports.management(service));
        }
        line("", "Kafka 127.0.0.1:%d, Postgres 127.0.0.1:%d", ports.kafka(), ports.postgres());
    }

    /** The script tells how long it built. */
    private static double buildSeconds() {
        String seconds = System.getProperty("millrace.build.seconds", "0");
        return seconds.matches("\\d{1,6}") ? Double.parseDouble(seconds) : 0;
    }

    private void line(String name, String format, Object... values) {
        out.printf(Locale.ROOT, "  %-18s %s%n", name, String.format(Locale.ROOT, format, values));
    }
}
