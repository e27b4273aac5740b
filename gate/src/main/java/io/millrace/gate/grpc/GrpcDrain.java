package io.millrace.gate.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.InternalChannelz;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Ends the gRPC server before anything that its calls use: it stops listening, tells every client with GOAWAY to go elsewhere, and answers the
 * calls that it has. A client's new calls are tried again by its own channel or fail with UNAVAILABLE, as the connection is refused. What is
 * still open after {@code quarkus.shutdown.timeout} (10 s where it is not set) is closed with UNAVAILABLE and {@link GateReason#SHUTTING_DOWN}.
 *
 * <p>Without this, Quarkus 3.31 resets them: it ends the server together with Vert.x, when stores and loops are closed already and event loops
 * have lost the contexts on which calls go on (docs/adr/0119-calls-in-flight-are-drained.md).
 */
@GlobalInterceptor
@ApplicationScoped
public class GrpcDrain implements ServerInterceptor {
    private static final Logger LOG = Logger.getLogger(GrpcDrain.class);
    private static final int MOST_SERVERS = 100;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Set<ServerCall<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final Duration patience;

    public GrpcDrain(@ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> patience) {
        this.patience = patience.orElse(Duration.ofSeconds(10));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        open.add(call);
        boolean started = false;
        try {
            ServerCall.Listener<Q> listener = next.startCall(call, metadata);
            started = true;
            return new SimpleForwardingServerCallListener<>(listener) {
                @Override
                public void onComplete() {
                    open.remove(call);
                    super.onComplete();
                }

                @Override
                public void onCancel() {
                    open.remove(call);
                    super.onCancel();
                }
            };
        } finally {
            if (!started) {
                open.remove(call);
            }
        }
    }

    /** Before all other observers: what they close is needed until here. A development mode keeps its server over reloads, tests have others. */
    void drain(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            drain(servers());
        }
    }

    void drain(List<Server> servers) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        servers.forEach(Server::shutdown);
        // Watches of health and reflection end with their client only.
        close(call -> call.getMethodDescriptor().getFullMethodName().startsWith("grpc."));
        if (!awaitTermination(servers, until)) {
            LOG.warnf("%d gRPC calls were still open after %s and are closed", open.size(), patience);
            close(_ -> true);
            awaitTermination(servers, System.nanoTime() + LAST_WORDS.toNanos());
            servers.forEach(Server::shutdownNow);
        }
    }

    private static boolean awaitTermination(List<Server> servers, long until) throws InterruptedException {
        for (Server server : servers) {
            if (!server.awaitTermination(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    private void close(Predicate<ServerCall<?, ?>> which) {
        StatusRuntimeException ending = GrpcRefusals.status(new Refusal(
                GateReason.SHUTTING_DOWN, "the service is being ended; try again, here or at another replica"));
        for (ServerCall<?, ?> call : open) {
            if (which.test(call)) {
                var trailers = new Metadata();
                Metadata known = ending.getTrailers();
                if (known != null) {
                    trailers.merge(known);
                }
                try {
                    call.close(ending.getStatus(), trailers);
                } catch (IllegalStateException endedMeanwhile) {
                    LOG.debug("A call ended by itself while it was being closed", endedMeanwhile);
                }
            }
        }
    }

    /** The gRPC servers of this process. Quarkus gives nobody its server; the registry of channelz, where every server is listed, has it. */
    private static List<Server> servers() {
        return InternalChannelz.instance().getServers(0, MOST_SERVERS).servers.stream()
                .filter(Server.class::isInstance)
                .map(Server.class::cast)
                .toList();
    }
}
