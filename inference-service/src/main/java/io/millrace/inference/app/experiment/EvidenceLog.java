package io.millrace.inference.app.experiment;

import io.millrace.definitions.log.DefinitionLog;
import io.millrace.definitions.log.DefinitionLogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How experiments and bandits stand, by key in a compacted topic: told by the replica that folds their outcomes, known to all. Telling never waits; of what is told of one key in short succession only the newest is
 * written. Thread-safe.
 */
public final class EvidenceLog implements AutoCloseable {
    public static final String TOPIC = "millrace.inference.evidence.v1";

    private static final Logger LOG = Logger.getLogger(EvidenceLog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PAUSE_MILLIS = 250;
    private static final long BACK_OFF_MILLIS = 2_000;

    private final DefinitionLog log;
    private final Map<String, Optional<String>> pending = new ConcurrentHashMap<>();
    private final Map<String, String> known = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread writer;

    private EvidenceLog(String bootstrapServers) {
        this.log = DefinitionLog.follow(bootstrapServers, TOPIC, change -> hear(change.key(), change.value()));
        this.writer = Thread.ofVirtual().name("evidence").start(this::write);
    }

    /** Starts to follow the topic; Kafka may come later. */
    public static EvidenceLog follow(String bootstrapServers) {
        return new EvidenceLog(bootstrapServers);
    }

    /** Tells the newest of a key. */
    void tell(String key, String text) {
        if (!text.equals(known.get(key))) {
            pending.put(key, Optional.of(text));
        }
    }

    /** What was told of a key last, by any replica. */
    Optional<String> find(String key) {
        return Optional.ofNullable(known.get(key));
    }

    /** Lets somebody hear each key that something is told of; those that there are already at once. It may hear a key twice. */
    void listen(Consumer<String> listener) {
        listeners.add(listener);
        known.keySet().forEach(listener);
    }

    private void hear(String key, @Nullable String text) {
        if (text == null) {
            known.remove(key);
        } else {
            known.put(key, text);
        }
        listeners.forEach(listener -> listener.accept(key));
    }

    private void write() {
        try {
            long pause = PAUSE_MILLIS;
            while (!closing.await(pause, TimeUnit.MILLISECONDS)) {
                pause = writePending() ? PAUSE_MILLIS : BACK_OFF_MILLIS;
            }
            writePending();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean writePending() {
        var changes = new HashMap<String, @Nullable String>();
        for (String key : List.copyOf(pending.keySet())) {
            Optional<String> text = pending.remove(key);
            if (text != null) {
                changes.put(key, text.orElse(null));
            }
        }
        try {
            log.write(changes, PATIENCE);
            return true;
        } catch (DefinitionLogException e) {
            LOG.warnf("%s does not take how experiments stand, trying again: %s", TOPIC, e.getMessage());
            changes.forEach((key, text) -> pending.putIfAbsent(key, Optional.ofNullable(text)));
            return false;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (!writer.join(Duration.ofSeconds(2))) {
                writer.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.close();
    }
}
