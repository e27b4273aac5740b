package io.millrace.gate.grpc;

import io.grpc.Context;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * Runs the blocking work of a gRPC method on a virtual thread, in the call's gRPC context (deadline, caller) and Vert.x context (trace). The
 * method itself is entered on the event loop once its request is there.
 *
 * <p>This stands in for {@code @RunOnVirtualThread} and {@code @Blocking} on gRPC services, which must not be used: Quarkus 3.31 then starts
 * the call on the other thread, and a half-close can overtake its message, so that a call fails or is never answered (docs/adr/0005-the-gate.md).
 */
@ApplicationScoped
public class GrpcWork {
    private final ExecutorService virtualThreads;

    public GrpcWork(@VirtualThreads ExecutorService virtualThreads) {
        this.virtualThreads = virtualThreads;
    }

    /** The answer that {@code work} gives; what it throws fails the call as it would have failed the method. */
    public <T> Uni<T> run(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Context.currentContextExecutor(virtualThreads));
    }
}
