package io.millrace.features.rest;

import io.millrace.features.app.Definitions;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.ServiceFeatures;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Definitions of all kinds: list and retire. They are applied at {@code /v1/feature-views}. */
@Path("/v1/definitions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DefinitionsResource {
    private final Definitions definitions;

    public DefinitionsResource(Definitions definitions) {
        this.definitions = definitions;
    }

    /** One definition; {@code version} and {@code project} are empty where there is none. */
    @RegisterForReflection
    public record Listed(
            String kind,
            String name,
            String version,
            boolean is_default,
            boolean is_active,
            String project,
            String definition_yaml) {}

    /** All definitions. */
    @RegisterForReflection
    public record All(List<Listed> definitions) {}

    /** A feature as a request names it. */
    @RegisterForReflection
    public record ServiceFeature(String reference, String type) {}

    /** What a feature service stands for: {@code feature_service} is {@code name@version}, or the name alone. */
    @RegisterForReflection
    public record ServiceAnswer(
            String feature_service,
            boolean is_default,
            List<ServiceFeature> features,
            List<String> join_keys,
            List<String> request_data) {}

    @GET
    @Path("/FeatureService/{name}/features")
    @Operation(summary = "Says what a feature service stands for: name for its newest version, or name@version")
    public ServiceAnswer features(@RestPath String name) {
        ServiceFeatures service = definitions.featureService(name);
        return new ServiceAnswer(
                service.id().toString(),
                service.isDefault(),
                service.features().stream()
                        .map(feature -> new ServiceFeature(
                                feature.reference(), feature.type().word()))
                        .toList(),
                service.joinKeys(),
                service.requestData());
    }

    @GET
    @Operation(summary = "Lists entities, feature views, on-demand feature views and feature services")
    public All list() {
        return new All(definitions.listAll().stream()
                .map(listed -> new Listed(
                        listed.key().kind().word(),
                        listed.key().id().name(),
                        listed.key().id().version(),
                        listed.isDefault(),
                        listed.isActive(),
                        listed.project(),
                        listed.yaml()))
                .toList());
    }

    @DELETE
    @Path("/{kind}/{name}")
    @Operation(summary = "Retires a definition: name@version, or the name alone for what has no version")
    public void retire(@RestPath String kind, @RestPath String name, @RestQuery("force") boolean force) {
        definitions.retire(key(kind, name), force);
    }

    @POST
    @Path("/{kind}/{name}/activate")
    @Operation(summary = "Lets the name alone mean this version (name@version) where it is the newest that is active")
    public void activate(@RestPath String kind, @RestPath String name, @RestQuery("force") boolean force) {
        definitions.setActive(key(kind, name), true, force);
    }

    @POST
    @Path("/{kind}/{name}/deactivate")
    @Operation(summary = "Lets the name alone mean another version than this one (name@version), which goes on")
    public void deactivate(@RestPath String kind, @RestPath String name, @RestQuery("force") boolean force) {
        definitions.setActive(key(kind, name), false, force);
    }

    private static DefinitionKey key(String kind, String name) {
        DefinitionKey.Kind of = DefinitionKey.Kind.of(kind)
                .orElseThrow(() -> new Refusal(FeatureReason.MALFORMED_REQUEST, "there is no kind '" + kind + "'"));
        int at = name.indexOf('@');
        var id = at < 0 ? new ViewId(name, "") : new ViewId(name.substring(0, at), name.substring(at + 1));
        return new DefinitionKey(of, id);
    }
}
