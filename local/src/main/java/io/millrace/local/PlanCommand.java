package io.millrace.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.util.JsonFormat;
import io.grpc.StatusRuntimeException;
import io.millrace.definitions.MapNode;
import io.millrace.local.apply.Applied;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.apply.PlanReplay;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what applying a folder would do, and does nothing. */
@Command(
        name = "plan",
        description = {
            "Say what apply would do with a folder of definitions: created, changed, retired, backfills, readers.",
            "With --replay, also what it would have made of the events that were recorded: predictions that flip, alerts, dead letters."
        },
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private FolderOptions options = new FolderOptions();

    @Option(
            names = "--replay",
            paramLabel = "SPAN",
            description = "replay the plan on the events of so long up to now, such as 24h, 90m or 7d")
    private @Nullable String replay;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "at most so many events of each pipeline, a sample of more; 10,000 where left out")
    private int rows;

    @Option(names = "--seed", paramLabel = "SEED", description = "of the sample; ${DEFAULT-VALUE} where left out")
    private long seed = 1;

    @Option(
            names = "--model",
            paramLabel = "NAME@VERSION",
            description =
                    "this version answers in place of whatever else of the model is named; it need only be in the repository")
    private List<String> models = List.of();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Override
    public Integer call() {
        Optional<PlanReplay.Scope> scope = scope();
        return options.with((folder, applier, channels, mode) -> {
            Applied planned = applier.plan(folder);
            if (!json) {
                planned.print(System.out);
            }
            boolean isRefused = !planned.faults().isEmpty();
            Optional<GetReplayPlanResponse> report = isRefused
                    ? Optional.empty()
                    : scope.map(of -> replayed(new PlanReplay(channels, mode), folder, of, channels));
            if (json) {
                System.out.println(json(planned, report));
            } else {
                report.ifPresent(of -> {
                    System.out.println();
                    new ReplayReport(System.out::println).show(of);
                });
            }
            return isRefused ? CommandFailure.FAILED : 0;
        });
    }

    private Optional<PlanReplay.Scope> scope() {
        if (replay == null) {
            if (!models.isEmpty() || rows != 0) {
                throw CommandFailure.usage("--model and --rows are of --replay");
            }
            return Optional.empty();
        }
        if (rows < 0) {
            throw CommandFailure.usage("--rows must be positive, was " + rows);
        }
        Map<String, String> versions = new LinkedHashMap<>();
        for (String model : models) {
            int at = model.indexOf('@');
            if (at < 1 || at == model.length() - 1) {
                throw CommandFailure.usage("--model must be NAME@VERSION, was " + model);
            }
            versions.put(model.substring(0, at), model.substring(at + 1));
        }
        return Optional.of(new PlanReplay.Scope(span(replay), rows, seed, versions));
    }

    /** Such as 24h. */
    static Duration span(String text) {
        return MapNode.parseDuration(text)
                .orElseThrow(() -> CommandFailure.usage("--replay must be a span such as 24h, 90m or 7d, was " + text));
    }

    private GetReplayPlanResponse replayed(
            PlanReplay plan, DefinitionFolder folder, PlanReplay.Scope scope, Channels channels) {
        try {
            Job job = plan.start(folder, scope);
            Job ended = OwnJob.untilEnded(
                    channels,
                    Service.INFERENCE,
                    job.getId(),
                    Optional.empty(),
                    json ? System.err::println : System.out::println);
            if (ended.getState() != JobState.JOB_STATE_DONE) {
                throw CommandFailure.failed("the replay " + JobsCommand.state(ended) + ": " + ended.getMessage());
            }
            return plan.report(job.getId());
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(String.valueOf(e.getStatus().getDescription()));
        }
    }

    /** One object: what apply would do, and under {@code replay} the services' report in the JSON form of Protobuf. */
    static String json(Applied planned, Optional<GetReplayPlanResponse> report) {
        var mapper = new ObjectMapper();
        ObjectNode tree = mapper.createObjectNode();
        var outcomes = tree.putArray("outcomes");
        planned.outcomes().forEach(outcome -> outcomes.addObject()
                .put("kind", outcome.kind())
                .put("name", outcome.name())
                .put("change", outcome.change().name())
                .put("detail", outcome.detail()));
        var notes = tree.putArray("notes");
        planned.notes().forEach(notes::add);
        var faults = tree.putArray("faults");
        planned.faults().forEach(faults::add);
        try {
            if (report.isPresent()) {
                tree.set(
                        "replay",
                        mapper.readTree(JsonFormat.printer()
                                .alwaysPrintFieldsWithNoPresence()
                                .print(report.get())));
            }
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
