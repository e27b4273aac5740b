package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.PipelineAdministration.PipelineSummary;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Pipelines over REST: applied, listed, paused, resumed, removed. Refusals are RFC 9457 problems. */
@Path("/v1/pipelines")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PipelineResource {
    private final PipelineAdministration pipelines;

    public PipelineResource(PipelineAdministration pipelines) {
        this.pipelines = pipelines;
    }

    /** Definition files, applied all or none; {@code dry_run} checks and reports only. */
    @RegisterForReflection
    public record ApplyRequest(
            @Nullable List<@Nullable File> files,
            @JsonProperty("dry_run") boolean dryRun) {}

    /** One file: its path as the author knows it, and its YAML. */
    @RegisterForReflection
    public record File(@Nullable String path, @Nullable String content) {}

    @RegisterForReflection
    public record ApplyResponse(List<Outcome> outcomes) {}

    /**
     * What became of a definition.
     *
     * @param kind such as Pipeline
     * @param change created, unchanged or updated
     * @param fields in which it differs from the one that was there
     */
    @RegisterForReflection
    public record Outcome(String kind, String name, String change, List<String> fields) {}

    @RegisterForReflection
    public record Listing(List<Summary> pipelines) {}

    /**
     * A pipeline and how it fares.
     *
     * @param state running, paused or stalled
     * @param outputTopic of the first output
     * @param outputTopics every topic that predictions and alerts go to, in order
     * @param lag records of this replica's partitions that are not scored yet; -1 where it is not known
     * @param predictions since this process started, as are the other counts
     * @param definition the YAML as it was applied
     */
    @RegisterForReflection
    public record Summary(
            String name,
            String state,
            String reason,
            @JsonProperty("input_topic") String inputTopic,
            @JsonProperty("output_topic") String outputTopic,
            @JsonProperty("output_topics") List<String> outputTopics,
            String model,
            @JsonProperty("model_version") @Nullable String modelVersion,
            long lag,
            long predictions,
            @JsonProperty("dead_lettered") long deadLettered,
            @JsonProperty("contract_violations") long contractViolations,
            String definition) {}

    /** All pipelines by name. */
    @GET
    public Listing list() {
        return new Listing(
                pipelines.list().stream().map(PipelineResource::summary).toList());
    }

    /** One pipeline; 404 where no such is applied. */
    @GET
    @Path("/{name}")
    public Summary get(String name) {
        pipelines.find(name);
        return pipelines.list().stream()
                .filter(summary -> summary.pipeline().name().equals(name))
                .map(PipelineResource::summary)
                .findFirst()
                .orElseThrow(
                        () -> new Refusal(InferenceReason.PIPELINE_NOT_FOUND, "no pipeline is named '" + name + "'"));
    }

    /** Applies definitions of any kind, all or none. 400 with every fault and its {@code file:line}. Safe to repeat. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public ApplyResponse apply(@Nullable ApplyRequest request) {
        if (request == null || request.files() == null) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "expected {\"files\": [{\"path\", \"content\"}]}");
        }
        var files = new ArrayList<DefinitionFile>();
        for (File file : request.files()) {
            if (file == null || file.path() == null || file.content() == null) {
                throw new Refusal(InferenceReason.INVALID_REQUEST, "a file needs 'path' and 'content'");
            }
            files.add(new DefinitionFile(file.path(), file.content()));
        }
        var outcomes = request.dryRun() ? pipelines.plan(files, List.of()) : pipelines.apply(files);
        return new ApplyResponse(outcomes.stream()
                .map(outcome -> new Outcome(
                        outcome.kind(),
                        outcome.name(),
                        outcome.change().name().toLowerCase(Locale.ROOT),
                        outcome.fields()))
                .toList());
    }

    /** Stops consuming after the transaction under way. 204; safe to repeat. */
    @POST
    @Path("/{name}/pause")
    public void pause(String name) {
        pipelines.pause(name);
    }

    /** Goes on from the committed offset. 204; safe to repeat. */
    @POST
    @Path("/{name}/resume")
    public void resume(String name) {
        pipelines.resume(name);
    }

    /** Removes a pipeline; its committed offsets stay in Kafka. 204, 404 where no such is applied. */
    @DELETE
    @Path("/{name}")
    public void remove(String name) {
        pipelines.remove(name);
    }

    private static Summary summary(PipelineSummary summary) {
        var pipeline = summary.pipeline();
        return new Summary(
                pipeline.name(),
                summary.state().name().toLowerCase(Locale.ROOT),
                summary.reason(),
                pipeline.input().topic(),
                pipeline.outputTopic(),
                pipeline.outputTopics(),
                pipeline.model().name(),
                pipeline.model().version().orElse(null),
                summary.lag(),
                summary.predictions(),
                summary.deadLettered(),
                summary.contractViolations(),
                pipeline.yaml());
    }
}
