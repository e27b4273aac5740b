package io.millrace.inference.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.log.DefinitionLog;
import io.millrace.definitions.log.DefinitionLog.Change;
import io.millrace.definitions.log.DefinitionLogException;
import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The applied pipelines and which of them are paused, in the order and for all replicas of {@code millrace.inference.definitions.v1}. The key {@code <name>}
 * holds a definition as its author wrote it, {@code <name>/paused} whether it is paused: two keys, so that an apply and a pause on two replicas
 * both count. Thread-safe.
 */
public final class PipelineCatalog implements AutoCloseable {
    public static final String TOPIC = "millrace.inference.definitions.v1";

    private static final Logger LOG = Logger.getLogger(PipelineCatalog.class);
    private static final String PAUSED = "/paused";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();
    private final Consumer<String> listener;
    private final DefinitionLog log;

    /** A pipeline as it is applied. */
    public record Entry(Pipeline pipeline, boolean paused) {}

    private PipelineCatalog(String bootstrapServers, Consumer<String> listener) {
        this.listener = listener;
        this.log = DefinitionLog.follow(bootstrapServers, TOPIC, this::hear);
    }

    /**
     * Starts to follow the log; Kafka may come later.
     *
     * @param listener hears the name of each pipeline that changed, also while the log is read for the first time
     */
    public static PipelineCatalog follow(String bootstrapServers, Consumer<String> listener) {
        return new PipelineCatalog(bootstrapServers, listener);
    }

    /** Whether everything that was applied before this process started is known. */
    public boolean isCurrent() {
        return log.isCurrent();
    }

    /** Why the log cannot be followed at the moment, or null. */
    public @Nullable String failure() {
        return log.failure();
    }

    public boolean awaitCurrent(Duration patience) throws InterruptedException {
        return log.awaitCurrent(patience);
    }

    /** By name. */
    public Map<String, Entry> entries() {
        return entries;
    }

    public Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** Writes definitions, all or none; a paused pipeline stays paused. */
    public void put(List<Pipeline> pipelines) {
        var changes = new HashMap<String, @Nullable String>();
        pipelines.forEach(pipeline -> changes.put(pipeline.name(), pipeline.yaml()));
        write(changes);
    }

    public void pause(String name) {
        write(DefinitionLog.put(name + PAUSED, "true"));
    }

    public void resume(String name) {
        write(DefinitionLog.remove(name + PAUSED));
    }

    public void remove(String name) {
        var changes = new HashMap<String, @Nullable String>();
        changes.put(name, null);
        changes.put(name + PAUSED, null);
        write(changes);
    }

    @Override
    public void close() {
        log.close();
    }

    private void write(Map<String, @Nullable String> changes) {
        try {
            log.write(changes, PATIENCE);
        } catch (DefinitionLogException e) {
            throw new Refusal(InferenceReason.DEFINITIONS_UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }

    private void hear(Change change) {
        boolean pausing = change.key().endsWith(PAUSED);
        String name = pausing ? change.key().substring(0, change.key().length() - PAUSED.length()) : change.key();
        Entry before = entries.get(name);
        String yaml = change.value();
        if (pausing) {
            if (before != null) {
                entries.put(name, new Entry(before.pipeline(), yaml != null));
            }
        } else if (yaml == null) {
            entries.remove(name);
        } else {
            boolean paused = before == null ? log.snapshot().containsKey(name + PAUSED) : before.paused();
            read(name, yaml).ifPresent(pipeline -> entries.put(name, new Entry(pipeline, paused)));
        }
        listener.accept(name);
    }

    private static Optional<Pipeline> read(String name, String yaml) {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(List.of(new DefinitionFile(name, yaml)), faults);
        if (!faults.isEmpty() || pipelines.size() != 1) {
            LOG.errorf(
                    "The definition of pipeline %s in %s cannot be read by this release: %s",
                    name, TOPIC, faults.all());
            return Optional.empty();
        }
        return Optional.of(pipelines.getFirst());
    }
}
