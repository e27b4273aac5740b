package io.millrace.edge.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.millrace.definitions.DefinitionFile;
import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.NodeBook;
import io.millrace.edge.app.NodeDefinitions;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.app.NodeView;
import io.millrace.edge.app.PageToken;
import io.millrace.edge.domain.Ledger;
import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Registered nodes and their last state. */
@Path("/v1/nodes")
@Tag(name = "Nodes")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class NodesResource {
    private final NodeRegistry registry;
    private final NodeDefinitions definitions;
    private final NodeBook book;

    public NodesResource(NodeRegistry registry, NodeDefinitions definitions, NodeBook book) {
        this.registry = registry;
        this.definitions = definitions;
        this.book = book;
    }

    /** Definition files as their author wrote them. */
    @RegisterForReflection
    public record ApplyRequest(@Nullable List<File> files) {
        /** One file; {@code path} is used in messages. */
        @RegisterForReflection
        public record File(@Nullable String path, @Nullable String content) {}
    }

    /**
     * What a registration did, or would do.
     *
     * @param nodes one per node in the request's order; only where it is a dry run
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RegisteredView(
            int created,
            int updated,
            int unchanged,
            @Nullable List<PlanView> nodes) {
        static RegisteredView of(NodeRegistry.Registered registered) {
            return new RegisteredView(registered.created(), registered.updated(), registered.unchanged(), null);
        }

        static RegisteredView of(List<NodeRegistry.NodePlan> plans) {
            NodeRegistry.Registered counts = NodeRegistry.Registered.of(plans);
            return new RegisteredView(
                    counts.created(),
                    counts.updated(),
                    counts.unchanged(),
                    plans.stream()
                            .map(plan -> new PlanView(
                                    plan.id(), plan.change().name().toLowerCase(Locale.ROOT), plan.fields()))
                            .toList());
        }
    }

    /**
     * What would become of a node.
     *
     * @param change {@code created}, {@code updated} or {@code unchanged}
     * @param fields those that differ
     */
    @RegisterForReflection
    public record PlanView(String id, String change, List<String> fields) {}

    /** A page of nodes; {@code next_page_token} is absent on the last. */
    @RegisterForReflection
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NodePage(List<NodeView> nodes, @Nullable String nextPageToken) {}

    /** The loss ledger of a node. {@code missing} is expected less received; {@code dropped} counts by reason. */
    @RegisterForReflection
    public record LedgerView(
            String node,
            long expected,
            long received,
            long duplicate,
            long late,
            long missing,
            Map<LossReason, Long> dropped) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "registerNodes",
            summary =
                    "Registers one node, a list of nodes or {\"nodes\": […]}, all or none; on disk when answered. With dry_run it only says what it would do")
    public RegisteredView register(
            @QueryParam("dry_run") boolean dryRun,
            @RequestBody(content = @Content(schema = @Schema(implementation = NodeJson.Shape.class))) JsonNode body) {
        List<NodeDraft> drafts = NodeJson.drafts(body);
        return dryRun ? RegisteredView.of(registry.plan(drafts)) : RegisteredView.of(registry.register(drafts));
    }

    @POST
    @Path("/apply")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "applyNodes",
            summary =
                    "Applies definition files of kind EdgeNodes, all or none; every fault comes with file and line. With dry_run it only says what it would do")
    public RegisteredView apply(@QueryParam("dry_run") boolean dryRun, ApplyRequest request) {
        List<ApplyRequest.File> files = request.files();
        if (files == null || files.isEmpty()) {
            throw new Refusal(EdgeReason.INVALID_DEFINITION, "'files' is missing");
        }
        List<DefinitionFile> read = files.stream().map(NodesResource::file).toList();
        return dryRun ? RegisteredView.of(definitions.plan(read)) : RegisteredView.of(definitions.apply(read));
    }

    @GET
    @Operation(operationId = "listNodes", summary = "Nodes by id with their last state, 1 to 1,000 a page")
    public NodePage list(
            @QueryParam("domain") @DefaultValue("") String domain,
            @QueryParam("page_size") @DefaultValue("100") int pageSize,
            @QueryParam("page_token") @DefaultValue("") String pageToken) {
        NodeBook.Page page = book.page(domain, PageToken.size(pageSize), PageToken.after(pageToken));
        return new NodePage(
                page.nodes().stream().map(NodeView::of).toList(),
                page.nextAfter().map(PageToken::of).orElse(null));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getNode", summary = "A node with its last state")
    public NodeView get(@PathParam("id") String id) {
        return NodeView.of(book.state(id));
    }

    @GET
    @Path("/{id}/ledger")
    @Operation(operationId = "getLedger", summary = "What became of a node's summaries")
    public LedgerView ledger(@PathParam("id") String id) {
        Ledger ledger = book.ledger(id);
        return new LedgerView(
                id,
                ledger.expected(),
                ledger.received(),
                ledger.duplicate(),
                ledger.late(),
                ledger.missing(),
                ledger.dropped());
    }

    @DELETE
    @Path("/{id}")
    @Operation(operationId = "removeNode", summary = "Takes a node out; it leaves the aggregate with the next cycle")
    public void remove(@PathParam("id") String id) {
        registry.remove(id);
    }

    private static DefinitionFile file(ApplyRequest.File file) {
        if (file.path() == null || file.content() == null) {
            throw new Refusal(EdgeReason.INVALID_DEFINITION, "a file has a 'path' and a 'content'");
        }
        return new DefinitionFile(file.path(), file.content());
    }
}
