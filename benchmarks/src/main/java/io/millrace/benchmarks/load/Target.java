package io.millrace.benchmarks.load;

import org.jspecify.annotations.Nullable;

/** Something that can be called again and again, by several at a time. */
public interface Target {
    /** Begins a call and returns at once; {@code done} is told when it has ended, on any thread, also before this returns. */
    void call(Done done);

    /** Who waits for a call. */
    @FunctionalInterface
    interface Done {
        /** @param failure null where the call answered as it should */
        void ended(@Nullable Throwable failure);
    }
}
