package io.millrace.inference.kafka;

import io.millrace.inference.app.offsets.PipelineOffsets.Partition;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pipeline is behind: has not scored what was in its input a while ago. A look each second says so; it is not behind any more once two in a row found all scored that was there at the look before, so that whoever reads its predictions has seen that they are there. Used by one thread.
 */
final class PipelineBacklog {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int ENOUGH = 2;

    /** Transactions end with offsets that hold no record, which nobody commits: so few are none to be scored. */
    private static final long MARKERS = 8;

    private final LabelTopics topics;
    private final Pipeline pipeline;
    private @Nullable Map<Integer, Long> ends;
    private long looked;
    private int scored;

    PipelineBacklog(LabelTopics topics, Pipeline pipeline) {
        this.topics = topics;
        this.pipeline = pipeline;
    }

    boolean isThere() {
        if (ends == null || System.nanoTime() - looked > EVERY.toNanos()) {
            look(topics.standing(pipeline));
            looked = System.nanoTime();
        }
        return scored < ENOUGH;
    }

    private void look(Standing now) {
        Map<Integer, Long> before = ends;
        boolean all = now.partitions().stream()
                .allMatch(partition -> partition.next() + MARKERS
                        >= (before == null ? partition.end() : before.getOrDefault(partition.partition(), 0L)));
        scored = all ? scored + 1 : 0;
        var latest = new HashMap<Integer, Long>();
        for (Partition partition : now.partitions()) {
            latest.put(partition.partition(), partition.end());
        }
        ends = latest;
    }
}
