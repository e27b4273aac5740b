package io.millrace.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.millrace.inference.app.Caller;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GrpcCallerTest {
    private final AtomicInteger left = new AtomicInteger();

    @Test
    void aCallerLeavesWhenItsCallIsCancelled() throws Exception {
        try (CancellableContext call = Context.ROOT.withCancellation()) {
            Caller caller = call.call(GrpcCaller::current);
            assertThat(caller.isGone()).isFalse();
            try (Caller.Watch watched = caller.onLeave(left::incrementAndGet)) {
                assertThat(left).hasValue(0);
                call.cancel(null);
                assertThat(left).hasValue(1);
                assertThat(caller.isGone()).isTrue();
            }
            try (Caller.Watch late = caller.onLeave(left::incrementAndGet)) {
                assertThat(left).as("gone already").hasValue(2);
            }
        }
    }

    @Test
    void whoWatchesNoLongerHearsNothing() {
        try (CancellableContext call = Context.ROOT.withCancellation()) {
            var caller = new GrpcCaller(call, false);
            caller.onLeave(left::incrementAndGet).close();
            call.cancel(null);
            assertThat(left).hasValue(0);
        }
    }
}
