package io.millrace.edge.app;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Writes checkpoints. One must never know of a summary that the disk lost: the node would be told "duplicate" for what nobody has. Not thread-safe. */
public final class Checkpointer {
    private static final Logger LOG = Logger.getLogger(Checkpointer.class);

    private final NodeBook book;
    private final Spool spool;
    private final Checkpoint.Store store;
    private final Retention retention;

    public Checkpointer(NodeBook book, Spool spool, Checkpoint.Store store, Retention retention) {
        this.book = book;
        this.spool = spool;
        this.store = store;
        this.retention = retention;
    }

    /** Writes a checkpoint; false where it could not be, which the log says and the next one makes good. */
    public boolean write(Duration patience) throws InterruptedException {
        long position = spool.next();
        Checkpoint checkpoint = book.checkpoint(position);
        try {
            spool.flushed().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            store.save(checkpoint);
        } catch (ExecutionException | TimeoutException | IOException e) {
            LOG.warnf("No checkpoint: %s", e.getMessage());
            return false;
        }
        retention.checkpointed(position);
        return true;
    }
}
