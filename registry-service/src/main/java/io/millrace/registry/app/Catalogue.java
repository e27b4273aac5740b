package io.millrace.registry.app;

import io.millrace.gate.Refusal;
import io.millrace.registry.domain.ProductId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All current contracts in memory. A read first asks Postgres for what changed since; one question serves every read that arrived before it was sent. Where
 * Postgres does not answer in time the read gets what is in memory, and how long ago Postgres last confirmed it. Safe for concurrent use.
 */
@ApplicationScoped
public class Catalogue {
    private static final Logger LOG = Logger.getLogger(Catalogue.class);

    private final RevisionStore store;
    private final Settings.Catalogue settings;
    private final InstantSource clock;
    private final RegistryMeter meter;

    private volatile @Nullable State state;
    private volatile @Nullable Failure failure;
    private @Nullable Flight running;
    private @Nullable Flight waiting;

    /** What is known: never changed, only replaced. */
    private record State(
            NavigableMap<ProductId, CatalogueEntry> products, long changeNumber, long bytes, Instant confirmed) {}

    private record Failure(String why, long nanoTime) {}

    /** One question to Postgres; completes with whether it was answered. */
    private static final class Flight extends CompletableFuture<Boolean> {}

    public Catalogue(RevisionStore store, Settings settings, InstantSource clock, RegistryMeter meter) {
        this.store = store;
        this.settings = settings.catalogue();
        this.clock = clock;
        this.meter = meter;
    }

    /**
     * The products by domain and name.
     *
     * @throws Refusal with STORE_UNAVAILABLE where Postgres never answered since the start
     */
    Answer<NavigableMap<ProductId, CatalogueEntry>> products() {
        boolean fresh = refresh();
        State known = state;
        if (known == null) {
            meter.read(RegistryMeter.ReadSource.NONE);
            throw new Refusal(RegistryReason.STORE_UNAVAILABLE, "nothing is known yet: " + trouble());
        }
        meter.read(fresh ? RegistryMeter.ReadSource.STORE : RegistryMeter.ReadSource.CACHE);
        return new Answer<>(known.products(), fresh ? Optional.empty() : Optional.of(age(known)));
    }

    /** Asks Postgres for changes, unless it failed a moment ago. False where it did not answer in time. */
    public boolean refresh() {
        Failure failed = failure;
        if (failed != null
                && System.nanoTime() - failed.nanoTime()
                        < settings.retryInterval().toNanos()) {
            return false;
        }
        try {
            return board().get(settings.readWait().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException slow) {
            failure = new Failure("Postgres did not answer within " + settings.readWait(), System.nanoTime());
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a refresh of the catalogue failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether Postgres answered once, so that reads can be answered. */
    public boolean isLoaded() {
        return state != null;
    }

    /** Why Postgres cannot be asked; empty where it answered the last time. */
    public Optional<String> unavailable() {
        return Optional.ofNullable(failure).map(Failure::why);
    }

    /** How long ago Postgres last confirmed what is in memory. */
    public Optional<Duration> age() {
        return Optional.ofNullable(state).map(this::age);
    }

    public int size() {
        State known = state;
        return known == null ? 0 : known.products().size();
    }

    /** Bytes of all current contracts. */
    long bytes() {
        State known = state;
        return known == null ? 0 : known.bytes();
    }

    private Duration age(State known) {
        Duration age = Duration.between(known.confirmed(), clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private String trouble() {
        Failure failed = failure;
        return failed == null ? "Postgres has not answered yet" : failed.why();
    }

    /** The next question that is not sent yet. */
    private synchronized Flight board() {
        Flight next = waiting;
        if (next == null) {
            next = new Flight();
            waiting = next;
            startNext();
        }
        return next;
    }

    private synchronized void startNext() {
        Flight next = waiting;
        if (running == null && next != null) {
            running = next;
            waiting = null;
            Thread.ofVirtual().name("catalogue-refresh").start(() -> fly(next));
        }
    }

    private void fly(Flight flight) {
        try {
            Instant asked = clock.instant();
            State known = state;
            state = apply(known, store.changesSince(known == null ? 0 : known.changeNumber()), asked);
            failure = null;
            flight.complete(true);
        } catch (StoreUnavailableException e) {
            if (failure == null) {
                LOG.warnf("Postgres is not available, reads are answered from memory: %s", e.why());
            }
            failure = new Failure(e.why(), System.nanoTime());
            flight.complete(false);
        } catch (RuntimeException e) {
            failure = new Failure("an internal error, see the log", System.nanoTime());
            flight.completeExceptionally(e);
        } finally {
            landed();
        }
    }

    private synchronized void landed() {
        running = null;
        startNext();
    }

    private static State apply(@Nullable State known, RevisionStore.Changes changes, Instant asked) {
        if (known != null && !changes.everything() && changes.products().isEmpty()) {
            return new State(known.products(), changes.upTo(), known.bytes(), asked);
        }
        var products = new TreeMap<ProductId, CatalogueEntry>();
        if (known != null && !changes.everything()) {
            products.putAll(known.products());
        }
        for (RevisionStore.ProductHistory history : changes.products()) {
            products.put(history.current().product(), CatalogueEntry.of(history));
        }
        long bytes = products.values().stream().mapToLong(CatalogueEntry::bytes).sum();
        return new State(products, changes.upTo(), bytes, asked);
    }
}
