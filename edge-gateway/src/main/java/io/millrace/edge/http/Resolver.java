package io.millrace.edge.http;

import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeUrl;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Finds the one address that a pull connects to. A name is resolved once, and refused where any of its addresses is not allowed. Names are resolved on threads
 * of their own, as the JDK's resolver blocks and would hold up what else runs on virtual threads.
 */
final class Resolver implements AutoCloseable {
    private final AddressGuard guard;
    private final Names names;
    private final ExecutorService threads;

    /** The system's resolver, or a test's. */
    @FunctionalInterface
    interface Names {
        List<InetAddress> addresses(String name) throws UnknownHostException;
    }

    /** What was found. */
    sealed interface Resolved {
        record Address(InetAddress address) implements Resolved {}

        record Refused(NodeError error) implements Resolved {}
    }

    /**
     * @param concurrency names resolved at the same time; more wait
     */
    Resolver(AddressGuard guard, Names names, int concurrency) {
        this.guard = guard;
        this.names = names;
        this.threads = Executors.newFixedThreadPool(
                concurrency, Thread.ofPlatform().name("resolver-", 0).daemon().factory());
    }

    /** Tells the address on some thread, at once where the host is one. */
    void resolve(EdgeNode node, NodeUrl url, Consumer<Resolved> found) {
        if (url.literal().isPresent()) {
            found.accept(checked(node.domain(), List.of(url.literal().get())));
        } else {
            threads.execute(() -> found.accept(lookUp(node.domain(), url.host())));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Resolved lookUp(String domain, String name) {
        try {
            return checked(domain, names.addresses(name));
        } catch (UnknownHostException e) {
            return new Resolved.Refused(new NodeError(NodeError.Code.UNRESOLVED, "'" + name + "' has no address"));
        }
    }

    private Resolved checked(String domain, List<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            Optional<String> objection = guard.objection(domain, address);
            if (objection.isPresent()) {
                return new Resolved.Refused(new NodeError(NodeError.Code.ADDRESS_NOT_ALLOWED, objection.get()));
            }
        }
        return addresses.isEmpty()
                ? new Resolved.Refused(new NodeError(NodeError.Code.UNRESOLVED, "the name has no address"))
                : new Resolved.Address(addresses.getFirst());
    }
}
