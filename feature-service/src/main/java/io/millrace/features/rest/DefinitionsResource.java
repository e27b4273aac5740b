package io.millrace.features.rest;

import io.millrace.features.app.Definitions;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
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
            String kind, String name, String version, boolean is_default, String project, String definition_yaml) {}

    /** All definitions. */
    @RegisterForReflection
    public record All(List<Listed> definitions) {}

    @GET
    @Operation(summary = "Lists entities, feature views, on-demand feature views and feature services")
    public All list() {
        return new All(definitions.listAll().stream()
                .map(listed -> new Listed(
                        listed.key().kind().word(),
                        listed.key().id().name(),
                        listed.key().id().version(),
                        listed.isDefault(),
                        listed.project(),
                        listed.yaml()))
                .toList());
    }

    @DELETE
    @Path("/{kind}/{name}")
    @Operation(summary = "Retires a definition: name@version, or the name alone for what has no version")
    public void retire(@RestPath String kind, @RestPath String name, @RestQuery("force") boolean force) {
        DefinitionKey.Kind of = DefinitionKey.Kind.of(kind)
                .orElseThrow(() -> new Refusal(FeatureReason.MALFORMED_REQUEST, "there is no kind '" + kind + "'"));
        int at = name.indexOf('@');
        var id = at < 0 ? new ViewId(name, "") : new ViewId(name.substring(0, at), name.substring(at + 1));
        definitions.retire(new DefinitionKey(of, id), force);
    }
}
