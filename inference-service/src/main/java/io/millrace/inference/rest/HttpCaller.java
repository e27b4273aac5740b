package io.millrace.inference.rest;

import io.millrace.inference.app.Caller;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The caller of an HTTP request that was let in: gone once its connection is closed before the answer is written. */
final class HttpCaller implements Caller {
    private final Set<Leaving> watches = new HashSet<>();
    private boolean gone;

    /** What is to be run when the caller leaves; each is its own. */
    private final class Leaving implements Watch {
        private final Runnable then;

        private Leaving(Runnable then) {
            this.then = then;
        }

        @Override
        public void close() {
            synchronized (HttpCaller.this) {
                watches.remove(this);
            }
        }
    }

    @Override
    public boolean isAdmitted() {
        return true;
    }

    @Override
    public synchronized boolean isGone() {
        return gone;
    }

    @Override
    public Watch onLeave(Runnable then) {
        var watch = new Leaving(then);
        synchronized (this) {
            if (!gone) {
                watches.add(watch);
                return watch;
            }
        }
        then.run();
        return watch;
    }

    /** The connection is closed. */
    void leave() {
        List<Leaving> left;
        synchronized (this) {
            gone = true;
            left = new ArrayList<>(watches);
            watches.clear();
        }
        left.forEach(watch -> watch.then.run());
    }
}
