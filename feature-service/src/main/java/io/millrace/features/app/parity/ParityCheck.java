package io.millrace.features.app.parity;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.offline.OfflineHistory;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.app.parity.ParityReport.FeatureParity;
import io.millrace.features.app.parity.ParityReport.Mismatch;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Computes sampled reads again from the offline store, at the positions that they were read at, and counts and explains what differs. Thread-safe. */
public final class ParityCheck {
    private static final Logger LOG = Logger.getLogger(ParityCheck.class);
    private static final int ENTITIES_AT_ONCE = 1_000;

    private final ParitySampler sampler;
    private final Catalog catalog;
    private final OfflineStore store;
    private final OfflineHistory history;
    private final ParityMeter meter;
    private final InstantSource clock;
    private final Bounds bounds;
    private final Map<String, Counts> counts = new ConcurrentHashMap<>();
    private final Deque<Mismatch> worst = new ArrayDeque<>();
    private final LongAdder dropped = new LongAdder();
    private List<ParitySample> waiting = new ArrayList<>();

    /**
     * @param waiting samples that may wait for the offline store
     * @param patience how long a sample waits
     * @param kept rows that differ which are remembered, the newest
     */
    public record Bounds(int waiting, Duration patience, int kept) {}

    private static final class Counts {
        final LongAdder compared = new LongAdder();
        final LongAdder mismatched = new LongAdder();
    }

    public ParityCheck(
            ParitySampler sampler,
            Catalog catalog,
            OfflineStore store,
            OfflineHistory history,
            ParityMeter meter,
            InstantSource clock,
            Bounds bounds) {
        this.sampler = sampler;
        this.catalog = catalog;
        this.store = store;
        this.history = history;
        this.meter = meter;
        this.clock = clock;
        this.bounds = bounds;
    }

    /** Compares every sample that the offline store has come to. One round at a time. */
    public synchronized void round() {
        waiting.addAll(sampler.take());
        Map<ViewId, List<ParitySample>> byView = waiting.stream()
                .collect(Collectors.groupingBy(sample -> sample.view().id(), LinkedHashMap::new, Collectors.toList()));
        var left = new ArrayList<ParitySample>();
        byView.forEach((view, samples) -> {
            try {
                left.addAll(round(view, samples));
            } catch (OfflineStoreException e) {
                LOG.warnf("Samples of %s cannot be compared now: %s", view, e.getMessage());
                left.addAll(samples);
            }
        });
        long tooOld = Coercion.micros(clock.instant().minus(bounds.patience()));
        List<ParitySample> patient =
                left.stream().filter(sample -> sample.takenMicros() >= tooOld).toList();
        drop(left.size() - patient.size());
        int kept = Math.min(patient.size(), bounds.waiting());
        drop(patient.size() - kept);
        waiting = new ArrayList<>(patient.subList(patient.size() - kept, patient.size()));
    }

    /** What was found since the start. */
    public synchronized ParityReport report() {
        List<FeatureParity> features = counts.entrySet().stream()
                .map(each -> new FeatureParity(
                        each.getKey(),
                        each.getValue().compared.sum(),
                        each.getValue().mismatched.sum()))
                .sorted(Comparator.comparingDouble(FeatureParity::ratio)
                        .reversed()
                        .thenComparing(FeatureParity::feature))
                .toList();
        return new ParityReport(waiting.size(), dropped.sum(), features, List.copyOf(worst));
    }

    /** Gives those that must wait. */
    private List<ParitySample> round(ViewId id, List<ParitySample> samples) {
        Optional<FeatureView> view = catalog.find(id);
        if (view.isEmpty()) {
            drop(samples.size());
            return List.of();
        }
        try (OfflineSnapshot snapshot = store.snapshot(id)) {
            Map<SourcePartition, Long> reached = snapshot.positions();
            Map<Boolean, List<ParitySample>> ready = samples.stream()
                    .collect(Collectors.partitioningBy(sample -> sample.positions().entrySet().stream()
                            .allMatch(each -> reached.getOrDefault(each.getKey(), 0L) >= each.getValue())));
            List<ParitySample> now = ready.getOrDefault(true, List.of());
            for (int from = 0; from < now.size(); from += ENTITIES_AT_ONCE) {
                compare(view.get(), snapshot, now.subList(from, Math.min(now.size(), from + ENTITIES_AT_ONCE)));
            }
            return ready.getOrDefault(false, List.of());
        }
    }

    private void compare(FeatureView view, OfflineSnapshot snapshot, List<ParitySample> samples) {
        Set<EntityKey> keys = samples.stream().map(ParitySample::key).collect(Collectors.toSet());
        long newest = samples.stream()
                .mapToLong(sample -> Math.max(sample.asOfMicros(), sample.eventTimeMicros()))
                .max()
                .orElse(0);
        Map<EntityKey, List<OfflineRow>> events = new HashMap<>();
        history.events(view, snapshot, keys, newest, row -> events.computeIfAbsent(
                        row.event().key(), _ -> new ArrayList<>())
                .add(row));
        for (ParitySample sample : samples) {
            var compared = new Comparison(view, sample, events.getOrDefault(sample.key(), List.of()));
            Set<String> differing = compared.differences().stream()
                    .map(ParityReport.Difference::feature)
                    .collect(Collectors.toSet());
            for (int column = 0; column < sample.values().size(); column++) {
                count(view.id(), sample.feature(column), !differing.contains(sample.feature(column)));
            }
            if (!differing.isEmpty()) {
                remember(compared.mismatch());
            }
        }
    }

    private void count(ViewId view, String feature, boolean same) {
        Counts of = counts.computeIfAbsent(view + ":" + feature, _ -> new Counts());
        of.compared.increment();
        if (!same) {
            of.mismatched.increment();
        }
        meter.compared(view.toString(), feature, same);
    }

    private void remember(Mismatch mismatch) {
        LOG.warnf(
                "What was served of %s differs from the offline store: %s (as of %d µs, positions %s): %s",
                mismatch.view(),
                mismatch.differences(),
                mismatch.asOfMicros(),
                mismatch.positions(),
                mismatch.explanation());
        worst.addFirst(mismatch);
        while (worst.size() > bounds.kept()) {
            worst.removeLast();
        }
    }

    private void drop(int samples) {
        for (int i = 0; i < samples; i++) {
            meter.dropped();
        }
        dropped.add(samples);
    }
}
