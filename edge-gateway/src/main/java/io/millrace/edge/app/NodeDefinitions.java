package io.millrace.edge.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies definition files of {@code kind: EdgeNodes}. Nodes that no file names stay as they are: removing one is a deletion by id, because nodes are also
 * registered by other ways.
 */
public final class NodeDefinitions {
    private final NodeRegistry registry;

    public NodeDefinitions(NodeRegistry registry) {
        this.registry = registry;
    }

    /**
     * Registers the nodes of all files, all or none.
     *
     * @throws Refusal INVALID_DEFINITION with each fault of each file at {@code file:line}, and what registering refuses
     */
    public NodeRegistry.Registered apply(List<DefinitionFile> files) {
        return registry.register(read(files));
    }

    /**
     * Says what {@link #apply} would do, in the files' order, and does nothing.
     *
     * @throws Refusal as {@link #apply}
     */
    public List<NodeRegistry.NodePlan> plan(List<DefinitionFile> files) {
        return registry.plan(read(files));
    }

    private List<NodeDraft> read(List<DefinitionFile> files) {
        var faults = new Faults();
        var places = new HashMap<String, Place>();
        var drafts = new ArrayList<NodeDraft>();
        for (DefinitionFile file : files) {
            for (MapNode document : Yaml.documents(file, faults)) {
                read(document, drafts, places, faults);
            }
        }
        if (!faults.isEmpty()) {
            throw new Refusal(
                    EdgeReason.INVALID_DEFINITION,
                    faults.all().size() + " fault(s); first: " + faults.all().getFirst(),
                    faults.all().stream()
                            .map(fault -> new Refusal.Detail(fault.place().toString(), fault.message()))
                            .toList());
        }
        return drafts;
    }

    private void read(MapNode document, List<NodeDraft> drafts, Map<String, Place> places, Faults faults) {
        String kind = document.string("kind");
        if (!kind.isEmpty() && !kind.equals("EdgeNodes")) {
            document.fault("kind", "'kind' must be EdgeNodes here, was '" + kind + "'");
            return;
        }
        if (!document.has("nodes")) {
            document.fault("nodes", "'nodes' is missing: expected a list of nodes");
        }
        AddressGuard guard = registry.guard();
        for (MapNode node : document.maps("nodes")) {
            var draft = new NodeDraft(
                    node.string("id"),
                    node.optionalString("url").orElse(""),
                    node.string("domain"),
                    node.has("interval") ? node.duration("interval") : NodeDraft.DEFAULT_INTERVAL);
            node.refuseUnknownKeys();
            for (NodeDraft.Fault fault : draft.faults(guard)) {
                if (node.has(fault.field())) {
                    node.fault(fault.field(), "'" + fault.field() + "' " + fault.message());
                }
            }
            Place earlier = places.putIfAbsent(draft.id(), node.placeOf("id"));
            if (earlier != null && !draft.id().isEmpty()) {
                faults.add(node.placeOf("id"), "node '" + draft.id() + "' stands already at " + earlier);
            }
            drafts.add(draft);
        }
        document.refuseUnknownKeys();
    }
}
