package io.millrace.gate.grpc;

import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** How far the event loops are behind, each seen for itself by the calls that come on it. Thread-safe. */
public final class LoopLoad {
    private final ThreadLocal<LoopDelay> delays;

    /** @param target the delay from which on calls are refused; at three times of it most are */
    public LoopLoad(Duration target) {
        long nanos = target.toNanos();
        this.delays = ThreadLocal.withInitial(() -> new LoopDelay(nanos));
    }

    /** Notes a call that has come on the current event loop, and says whether it is to be refused; elsewhere none is. */
    public boolean refuses() {
        Executor loop = eventLoop();
        return loop != null
                && delays.get()
                        .refuses(
                                loop,
                                System.nanoTime(),
                                ThreadLocalRandom.current().nextDouble());
    }

    private static @Nullable Executor eventLoop() {
        return Vertx.currentContext() instanceof ContextInternal context
                        && context.nettyEventLoop().inEventLoop()
                ? context.nettyEventLoop()
                : null;
    }
}
