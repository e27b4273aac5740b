package io.millrace.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Callers that each begin the next call when the one before has ended: finds the peak rate, and hides what a caller would wait for at a given rate. */
public final class ClosedLoop {
    private ClosedLoop() {}

    /** Calls for this long with so many callers, and waits for the last of them. */
    public static Measured run(Target target, int callers, Duration length) {
        var tally = new Tally();
        var left = new CountDownLatch(callers);
        long begin = System.nanoTime();
        long end = begin + length.toNanos();
        for (int i = 0; i < callers; i++) {
            new Caller(target, tally, end, left).begin();
        }
        Waiting.on(left);
        return tally.measured(System.nanoTime() - begin);
    }

    /** One caller. A call that ends before {@code call} returns does not deepen the stack. */
    private static final class Caller implements Target.Done {
        private final Target target;
        private final Tally tally;
        private final long end;
        private final CountDownLatch left;
        private long started;
        private boolean inside;
        private boolean again;

        Caller(Target target, Tally tally, long end, CountDownLatch left) {
            this.target = target;
            this.tally = tally;
            this.end = end;
            this.left = left;
        }

        synchronized void begin() {
            if (inside) {
                again = true;
                return;
            }
            inside = true;
            do {
                again = false;
                started = System.nanoTime();
                target.call(this);
            } while (again);
            inside = false;
        }

        @Override
        public synchronized void ended(@Nullable Throwable failure) {
            long now = System.nanoTime();
            tally.ended(failure, now - started);
            if (now - end < 0) {
                begin();
            } else {
                left.countDown();
            }
        }
    }
}
