package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.platform.CommandFailure;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings the rows of a batch source into the stores, and says how far it is until it has ended. */
@Command(
        name = "materialize",
        description =
                "Bring the rows of a view's batch source into the stores; ending this command does not end the job.",
        mixinStandardHelpOptions = true)
final class MaterializeCommand implements Callable<Integer> {
    private static final int PAUSE_MILLIS = 500;
    private static final Set<String> UNDERWAY = Set.of("queued", "running");

    @Parameters(paramLabel = "VIEW", description = "view or view@version")
    private String view = "";

    @Option(names = "--from", description = "RFC 3339, inclusive")
    private @Nullable String from;

    @Option(names = "--to", description = "RFC 3339, inclusive; not in the future")
    private @Nullable String to;

    @Option(names = "--incremental", description = "from the last end; the first time from now less the view's ttl")
    private boolean incremental;

    @Override
    public Integer call() throws InterruptedException {
        try (var features = new FeatureCalls()) {
            ObjectNode body =
                    features.json().createObjectNode().put("view", view).put("incremental", incremental);
            if (from != null) {
                body.put("from", from);
            }
            if (to != null) {
                body.put("to", to);
            }
            JsonNode job = features.post("/v1/materializations", body);
            String id = job.path("id").asText();
            System.out.println(
                    "job " + id + "; it does not end with this command, also not with the service: ./millrace jobs");
            var never = new CountDownLatch(1);
            while (UNDERWAY.contains(job.path("state").asText())) {
                print(job);
                if (never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
                job = features.get("/v1/materializations/" + id);
            }
            print(job);
            if (!job.path("first_rejected").asText().isEmpty()) {
                System.out.println("rejected, first "
                        + job.path("first_rejected").asText() + "; all of them are in millrace.features.push.v1.dlq");
            }
            return job.path("state").asText().equals("done") ? 0 : CommandFailure.FAILED;
        }
    }

    private static void print(JsonNode job) {
        System.out.printf(
                Locale.ROOT,
                "%s  %d of %s rows, %d written, %d rejected, %d passed over, %.0f rows/s%s %s%n",
                job.path("state").asText(),
                job.path("read").asLong(),
                job.path("expected").asText("unknown"),
                job.path("written").asLong(),
                job.path("rejected").asLong(),
                job.path("passed_over").asLong(),
                job.path("rows_per_second").asDouble(),
                job.path("eta_seconds").isNumber()
                        ? ", " + job.path("eta_seconds").asLong() + " s left"
                        : "",
                job.path("message").asText());
    }
}
