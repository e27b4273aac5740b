package io.millrace.local.apply;

import io.grpc.StatusRuntimeException;
import io.millrace.local.apply.Applied.Change;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.millrace.proto.edge.v1.Node;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RegisterNodesResponse;
import io.millrace.proto.features.v1.DefinitionOutcome;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plans and registers a folder's edge nodes. */
final class EdgeNodeDefinitions {
    private static final long DEADLINE_SECONDS = 60;

    /** How edge-gateway names the field of a node that it refuses. */
    private static final Pattern FIELD_OF_NODE = Pattern.compile("nodes\\[(\\d+)]\\.(\\w+)(: .*)");

    private final Channels channels;
    private final PortPlan ports;

    EdgeNodeDefinitions(Channels channels, PortPlan ports) {
        this.channels = channels;
        this.ports = ports;
    }

    /** One line per node that is new or would change, and one for the rest. */
    Applied plan(DefinitionFolder folder) {
        if (folder.edgeNodes().isEmpty()) {
            return Applied.nothing();
        }
        return attempt(folder, true, answer -> {
            List<DefinitionOutcome> changes = answer.getOutcomesList().stream()
                    .filter(outcome -> outcome.getChange() != DefinitionOutcome.Change.CHANGE_UNCHANGED)
                    .toList();
            Applied planned = Applier.outcomes("EdgeNode", changes);
            return answer.getUnchanged() == 0
                    ? planned
                    : planned.and(Applied.one("edge nodes", answer.getUnchanged() + " as they are", Change.UNCHANGED));
        });
    }

    Applied apply(DefinitionFolder folder) {
        if (folder.edgeNodes().isEmpty()) {
            return Applied.nothing();
        }
        return attempt(
                folder,
                false,
                answer -> Applied.one(
                        "edge nodes",
                        answer.getCreated() + " new, " + answer.getUpdated() + " changed, " + answer.getUnchanged()
                                + " as they were",
                        answer.getCreated() > 0
                                ? Change.CREATED
                                : answer.getUpdated() > 0 ? Change.UPDATED : Change.UNCHANGED));
    }

    private Applied attempt(DefinitionFolder folder, boolean dryRun, Function<RegisterNodesResponse, Applied> andThen) {
        var request = RegisterNodesRequest.newBuilder().setDryRun(dryRun);
        for (EdgeNodes.Node node : folder.edgeNodes()) {
            request.addNodes(Node.newBuilder()
                    .setId(node.id())
                    .setUrl(node.url().map(this::moved).orElse(""))
                    .setDomain(node.domain())
                    .setIntervalSeconds((int) node.interval().toSeconds()));
        }
        try {
            return andThen.apply(EdgeServiceGrpc.newBlockingStub(channels.to(Service.EDGE))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .registerNodes(request.build()));
        } catch (StatusRuntimeException e) {
            return Applied.refused(Applier.faults("edge nodes", e).stream()
                    .map(fault -> placed(fault, folder.edgeNodes()))
                    .toList());
        }
    }

    /** A fault of {@code nodes[3].url} is one of the file where that node stands. */
    private static String placed(String fault, List<EdgeNodes.Node> nodes) {
        Matcher field = FIELD_OF_NODE.matcher(fault);
        if (field.matches()) {
            int node = Integer.parseInt(field.group(1));
            if (node < nodes.size()) {
                return nodes.get(node).place() + ": '" + field.group(2) + "' of "
                        + nodes.get(node).id() + field.group(3);
            }
        }
        return fault;
    }

    /** A node of the example answers on a port of the platform's range, which moves with {@code --port-base}. */
    private String moved(URI url) {
        return url.getPort() < 0
                ? url.toString()
                : url.toString().replace(":" + url.getPort(), ":" + ports.moved(url.getPort()));
    }
}
