package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Health;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.Memory;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.ProcessFile;
import io.millrace.local.platform.RunState.Snapshot;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.PipelineSummary;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Shows what runs: each process with its address, memory and health, and how far behind views and pipelines are. */
@Command(
        name = "status",
        description =
                "Show each process, its addresses and health, and the lag of views and pipelines; exit code 1 unless all is ready.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        var platform = new LocalPlatform(Main.layout("data"), out);
        Optional<Snapshot> running = platform.running();
        if (running.isEmpty()) {
            out.println("nothing runs here");
            platform.processes()
                    .forEach(left -> out.println(
                            "left behind: " + left.name() + ", pid " + left.pid() + " (./millrace down ends it)"));
            return CommandFailure.FAILED;
        }
        PortPlan ports = running.get().ports();
        out.println("platform " + running.get().phase() + ", data in "
                + Main.layout(running.get().dataName()).shown());
        boolean good = services(platform, ports);
        process(platform, "kafka", ports.bootstrapServers());
        process(platform, "postgres", "127.0.0.1:" + ports.postgres());
        try (var channels = new Channels(ports)) {
            views();
            pipelines(channels);
        }
        return good ? 0 : CommandFailure.FAILED;
    }

    private boolean services(LocalPlatform platform, PortPlan ports) {
        boolean good = true;
        try (var health = new Health()) {
            for (Service service : Service.values()) {
                Health.Answer answer = health.ask(ports, service);
                good &= answer.ready();
                process(
                        platform,
                        service.module(),
                        "REST http://127.0.0.1:" + ports.rest(service) + "  gRPC 127.0.0.1:" + ports.grpc(service)
                                + "  metrics http://127.0.0.1:" + ports.management(service) + "/q/metrics  "
                                + (answer.ready() ? "ready" : "NOT READY: " + answer.why()));
            }
        }
        return good;
    }

    private void process(LocalPlatform platform, String name, String what) {
        Optional<ProcessFile.Entry> entry = platform.processes().stream()
                .filter(process -> process.name().equals(name))
                .findFirst();
        String state = entry.map(process -> "pid " + process.pid() + ", "
                        + (Memory.resident(process.pid()).orElse(0) >> 20) + " MiB")
                .orElse("ENDED");
        out.printf("  %-18s %-22s %s%n", name, state, what);
    }

    private void views() {
        try (var features = new FeatureCalls()) {
            for (JsonNode view : features.get("/v1/feature-views").path("views")) {
                long lag = view.path("lag").asLong();
                out.printf(
                        "  view     %-28s %s%s, lag %s, applied %d, late %d, dead letters %d%s %s%n",
                        view.path("name").asText() + "@" + view.path("version").asText(),
                        view.path("is_active").asBoolean(true) ? "" : "not active, ",
                        view.path("state").asText(),
                        lag < 0 ? "not known" : String.valueOf(lag),
                        view.path("applied").asLong(),
                        view.path("late_dropped").asLong(),
                        view.path("dead_lettered").asLong(),
                        reasons(view.path("dead_lettered_by_reason")),
                        view.path("detail").asText());
            }
        } catch (CommandFailure e) {
            out.println("  views are not known: " + e.getMessage());
        }
    }

    /** Such as {@code " (LATE 2, NOT_JSON 1)"}; nothing where there is none. */
    static String reasons(JsonNode counts) {
        return counts.isEmpty()
                ? ""
                : counts.properties().stream()
                        .map(count -> count.getKey() + " " + count.getValue().asLong())
                        .sorted()
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private void pipelines(Channels channels) {
        try {
            for (PipelineSummary pipeline : InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .listPipelines(ListPipelinesRequest.getDefaultInstance())
                    .getPipelinesList()) {
                out.printf(
                        "  pipeline %-28s %s, lag %d, predictions %d, dead letters %d %s%n",
                        pipeline.getName(),
                        pipeline.getState().name().replace("STATE_", "").toLowerCase(Locale.ROOT),
                        pipeline.getLag(),
                        pipeline.getPredictions(),
                        pipeline.getDeadLettered(),
                        pipeline.getReason());
            }
        } catch (StatusRuntimeException e) {
            out.println("  pipelines are not known: " + e.getStatus().getCode());
        }
    }
}
