package io.millrace.features.rest;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.Definitions;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** Definitions of feature views: apply, list, show, retire. */
@Path("/v1/feature-views")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class FeatureViewsResource {
    private final Definitions definitions;

    public FeatureViewsResource(Definitions definitions) {
        this.definitions = definitions;
    }

    /** A definition file as its author wrote it. */
    @RegisterForReflection
    public record File(@Nullable String path, @Nullable String content) {}

    /** Files to apply together. */
    @RegisterForReflection
    public record Apply(
            @Nullable List<File> files,
            boolean dry_run,
            @Nullable String project,
            boolean prune,
            boolean force) {}

    /** Up to where a source partition has been applied. */
    @RegisterForReflection
    public record PositionJson(String topic, String topic_id, int partition, long offset) {}

    /** A version with what is known of its ingestion. {@code lag} is -1 where it is not known; reasons that did not occur are left out. */
    @RegisterForReflection
    public record Summary(
            String name,
            String version,
            boolean is_default,
            boolean is_active,
            List<String> join_keys,
            List<String> features,
            @Nullable String source_topic,
            String state,
            String detail,
            long lag,
            List<PositionJson> positions,
            long applied,
            long dead_lettered,
            Map<String, Long> dead_lettered_by_reason,
            long late_dropped,
            String definition_yaml) {}

    /** All versions. */
    @RegisterForReflection
    public record Summaries(List<Summary> views) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Applies definition files, all or none; applying what is there changes nothing")
    public JsonPlan apply(@Nullable Apply request, @RestQuery("dry_run") boolean dryRun) {
        if (request == null || request.files() == null) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'files' is missing: a list of {path, content}");
        }
        var files = new ArrayList<DefinitionFile>();
        for (File file : request.files()) {
            if (file == null || file.content() == null) {
                throw new Refusal(FeatureReason.MALFORMED_REQUEST, "each file needs its 'content'");
            }
            files.add(new DefinitionFile(file.path() == null ? "definition" : file.path(), file.content()));
        }
        return JsonPlan.of(definitions.apply(
                files,
                new Definitions.Mode(
                        dryRun || request.dry_run(),
                        request.project() == null ? "" : request.project(),
                        request.prune(),
                        request.force())));
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(summary = "Applies uploaded definition files, all or none")
    public JsonPlan upload(@RestForm(FileUpload.ALL) List<FileUpload> uploads, @RestQuery("dry_run") boolean dryRun) {
        var files = new ArrayList<DefinitionFile>();
        for (FileUpload upload : uploads) {
            try {
                files.add(new DefinitionFile(
                        upload.fileName(), Files.readString(upload.uploadedFile(), StandardCharsets.UTF_8)));
            } catch (java.nio.charset.CharacterCodingException e) {
                throw new Refusal(FeatureReason.MALFORMED_REQUEST, upload.fileName() + " is not UTF-8", e);
            } catch (IOException e) {
                throw new UncheckedIOException("an uploaded file cannot be read", e);
            }
        }
        return JsonPlan.of(definitions.apply(files, dryRun ? Definitions.Mode.DRY : Definitions.Mode.PLAIN));
    }

    @GET
    @Operation(summary = "Lists the versions of all views by name, then version")
    public Summaries list() {
        return new Summaries(
                definitions.list().stream().map(FeatureViewsResource::summary).toList());
    }

    @GET
    @Path("/{name}/versions/{version}")
    @Operation(summary = "Shows one version of a view")
    public Summary get(@RestPath String name, @RestPath String version) {
        return summary(definitions.get(new ViewId(name, version)));
    }

    @DELETE
    @Path("/{name}/versions/{version}")
    @Operation(summary = "Retires one version of a view: its consumer stops and its state is deleted")
    public void retire(@RestPath String name, @RestPath String version, @RestQuery("force") boolean force) {
        definitions.retire(DefinitionKey.view(new ViewId(name, version)), force);
    }

    private static Summary summary(Definitions.Summary summary) {
        FeatureView view = summary.view();
        return new Summary(
                view.id().name(),
                view.id().version(),
                summary.isDefault(),
                summary.isActive(),
                view.joinKeys().stream().map(FeatureView.JoinKey::name).toList(),
                view.features().stream().map(FeatureView.Feature::name).toList(),
                view.source() instanceof FeatureView.Source.Topic source ? source.topic() : null,
                summary.ingestion().state().name().toLowerCase(Locale.ROOT),
                summary.ingestion().detail(),
                summary.ingestion().lag(),
                summary.ingestion().positions().entrySet().stream()
                        .map(position -> new PositionJson(
                                position.getKey().topic(),
                                position.getKey().topicId(),
                                position.getKey().partition(),
                                position.getValue()))
                        .sorted(java.util.Comparator.comparing(PositionJson::topic)
                                .thenComparing(PositionJson::partition))
                        .toList(),
                summary.ingestion().applied(),
                summary.ingestion().deadLettered(),
                summary.ingestion().deadLetters(),
                summary.ingestion().tooLate(),
                view.yaml());
    }
}
