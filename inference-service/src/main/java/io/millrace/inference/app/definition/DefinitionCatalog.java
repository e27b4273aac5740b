package io.millrace.inference.app.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.log.DefinitionLog;
import io.millrace.definitions.log.DefinitionLog.Change;
import io.millrace.definitions.log.DefinitionLogException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionReader.Placed;
import io.millrace.inference.domain.Definition;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The applied definitions, in the order and for all replicas of {@code millrace.inference.definitions.v1}. A pipeline is kept under its name, a
 * definition of another kind under {@code <Kind>/<name>}, each as its author wrote it; {@code <pipeline>/paused} says whether a pipeline is paused, so that an
 * apply and a pause on two replicas both count; {@code <Kind>/<name>@…} is what a kind keeps beside a definition. Thread-safe.
 */
public final class DefinitionCatalog implements Definitions, AutoCloseable {
    public static final String TOPIC = "millrace.inference.definitions.v1";

    private static final Logger LOG = Logger.getLogger(DefinitionCatalog.class);
    private static final String PAUSED = "/paused";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, DefinitionKind<?>> kinds = new TreeMap<>();
    private final Map<Class<?>, Map<String, Definition>> definitions = new HashMap<>();
    private final Set<String> paused = ConcurrentHashMap.newKeySet();
    private final List<Listening<?>> listeners = new CopyOnWriteArrayList<>();
    private final DefinitionLog log;

    /** Who hears which kind. */
    private record Listening<D extends Definition>(Class<D> type, Consumer<String> listener) {}

    private DefinitionCatalog(String bootstrapServers, Collection<? extends DefinitionKind<?>> kinds) {
        for (DefinitionKind<?> kind : kinds) {
            this.kinds.put(kind.kind(), kind);
            definitions.put(kind.type(), new ConcurrentSkipListMap<>());
        }
        this.log = DefinitionLog.follow(bootstrapServers, TOPIC, this::hear);
    }

    /** Starts to follow the log; Kafka may come later. */
    public static DefinitionCatalog follow(String bootstrapServers, Collection<? extends DefinitionKind<?>> kinds) {
        return new DefinitionCatalog(bootstrapServers, kinds);
    }

    /**
     * Lets somebody hear the name of each definition of a kind that changed, was removed, paused or resumed; those that there are already at once. What changed is
     * to be looked up. It may hear a name twice, and on two threads at a time.
     */
    public <D extends Definition> void listen(Class<D> type, Consumer<String> listener) {
        listeners.add(new Listening<>(type, listener));
        all(type).keySet().forEach(listener);
    }

    /** Whether everything that was applied before this process started is known. */
    public boolean isCurrent() {
        return log.isCurrent();
    }

    public boolean awaitCurrent(Duration patience) throws InterruptedException {
        return log.awaitCurrent(patience);
    }

    /** Why definitions that were applied may not be known; null where they are. */
    public @Nullable String whyNotCurrent() {
        if (isCurrent()) {
            return null;
        }
        String failure = log.failure();
        return failure == null ? "the definitions are not read yet" : failure;
    }

    /**
     * @throws Refusal DEFINITIONS_UNAVAILABLE where not all that was applied is known
     */
    public void requireCurrent() {
        String why = whyNotCurrent();
        if (why != null) {
            throw new Refusal(InferenceReason.DEFINITIONS_UNAVAILABLE, why);
        }
    }

    /** The kinds that can be applied. */
    public Collection<DefinitionKind<?>> kinds() {
        return Collections.unmodifiableCollection(kinds.values());
    }

    @Override
    public <D extends Definition> Map<String, D> all(Class<D> type) {
        var all = new TreeMap<String, D>();
        definitions.getOrDefault(type, Map.of()).forEach((name, definition) -> all.put(name, type.cast(definition)));
        return all;
    }

    @Override
    public <D extends Definition> Optional<D> find(Class<D> type, String name) {
        return Optional.ofNullable(definitions.getOrDefault(type, Map.of()).get(name))
                .map(type::cast);
    }

    /** What a kind keeps beside a definition, by what stands behind the {@code @}. */
    public Map<String, String> beside(DefinitionKind<?> kind, String name) {
        String prefix = kind.key(name) + "@";
        var beside = new TreeMap<String, String>();
        log.snapshot().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                beside.put(key.substring(prefix.length()), value);
            }
        });
        return beside;
    }

    public boolean isPaused(String pipeline) {
        return paused.contains(pipeline);
    }

    public void pause(String pipeline) {
        write(DefinitionLog.put(pipeline + PAUSED, "true"));
    }

    public void resume(String pipeline) {
        write(DefinitionLog.remove(pipeline + PAUSED));
    }

    /** Removes a definition, what is kept beside it, and whether it is paused. */
    public void remove(DefinitionKind<?> kind, String name) {
        var changes = new LinkedHashMap<String, @Nullable String>();
        changes.put(kind.key(name), null);
        beside(kind, name).keySet().forEach(rest -> changes.put(kind.key(name) + "@" + rest, null));
        if (isPaused(name) && kind.key(name).equals(name)) {
            changes.put(name + PAUSED, null);
        }
        write(changes);
    }

    /**
     * Writes changes, all or none, in their order; returns once this replica has heard them.
     *
     * @throws Refusal DEFINITIONS_UNAVAILABLE
     */
    public void write(Map<String, @Nullable String> changes) {
        try {
            log.write(changes, PATIENCE);
        } catch (DefinitionLogException e) {
            throw new Refusal(InferenceReason.DEFINITIONS_UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        log.close();
    }

    private void hear(Change change) {
        String key = change.key();
        for (DefinitionKind<?> kind : kinds.values()) {
            String prefix = kind.key("");
            String name = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
            if (!prefix.isEmpty() && !name.isEmpty()) {
                if (name.indexOf('@') < 0) {
                    hear(kind, name, change.value());
                }
                return;
            }
        }
        kinds.values().stream()
                .filter(kind -> kind.key("").isEmpty())
                .findFirst()
                .ifPresent(kind -> hearPlain(kind, key, change.value()));
    }

    private void hearPlain(DefinitionKind<?> kind, String key, @Nullable String value) {
        if (key.endsWith(PAUSED)) {
            String name = key.substring(0, key.length() - PAUSED.length());
            if (value == null) {
                paused.remove(name);
            } else {
                paused.add(name);
            }
            tell(kind, name);
        } else if (key.indexOf('/') < 0) {
            hear(kind, key, value);
        } else {
            LOG.warnf("%s holds %s, which this release does not know", TOPIC, key);
        }
    }

    private void hear(DefinitionKind<?> kind, String name, @Nullable String yaml) {
        Map<String, Definition> known = definitions.getOrDefault(kind.type(), new HashMap<>());
        if (yaml == null) {
            known.remove(name);
        } else {
            var faults = new Faults();
            List<Placed> read = DefinitionReader.read(List.of(new DefinitionFile(name, yaml)), List.of(kind), faults);
            if (!faults.isEmpty() || read.size() != 1) {
                LOG.errorf(
                        "The definition of %s %s in %s cannot be read by this release: %s",
                        kind.kind(), name, TOPIC, faults.all());
            } else {
                known.put(name, read.getFirst().definition());
            }
        }
        tell(kind, name);
    }

    private void tell(DefinitionKind<?> kind, String name) {
        for (Listening<?> listening : listeners) {
            if (listening.type() == kind.type()) {
                listening.listener().accept(name);
            }
        }
    }
}
