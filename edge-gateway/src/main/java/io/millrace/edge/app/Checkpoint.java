package io.millrace.edge.app;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway remembers of its nodes beside the spool.
 *
 * @param position the spool's entries below it are in here
 */
@RegisterForReflection
public record Checkpoint(long position, List<Memory> nodes) {
    /**
     * One node.
     *
     * @param since tells a node from a namesake that was removed
     * @param number the last entry of the spool that is in here
     * @param lastSeen RFC 3339
     * @param summary JSON
     */
    @RegisterForReflection
    public record Memory(
            String id,
            long since,
            long number,
            long birth,
            long first,
            long highest,
            long[] bits,
            long[] events,
            long expected,
            long received,
            long duplicate,
            long late,
            Map<String, Long> dropped,
            @Nullable String lastSeen,
            @Nullable String summary) {}

    /** Where checkpoints are kept; the newest replaces the one before, in one step. */
    public interface Store {
        /** Empty where there is none that can be read. */
        Optional<Checkpoint> load();

        /** Returns once it is on disk. */
        void save(Checkpoint checkpoint) throws IOException;
    }
}
