package io.millrace.inference.app.watch;

import io.millrace.inference.app.watch.VersionWatch.Found;
import io.millrace.inference.domain.watch.DriftReport;
import io.millrace.inference.domain.watch.DriftReport.Cause;
import io.millrace.inference.domain.watch.DriftReport.Incident;
import io.millrace.inference.domain.watch.DriftReport.Upstream;
import io.millrace.inference.domain.watch.DriftReport.VersionDrift;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Watches the predictions of one pipeline: folds them into tiles of event time, looks at each tile once it is over, and says what moved. Its state can be kept in parts and taken up again, so that a watch that was
 * stopped says what one would have said that was not. Not thread-safe.
 */
public final class PipelineWatch {
    private static final int VERSION = 1;
    private static final int MOST_VERSIONS = 8;

    /** Predictions of a later event time than this behind the time at which they were made are left out, so that one does not end what is open. */
    private static final long AHEAD_MICROS = 3_600_000_000L;

    private static final String STATE = "state";

    private final String pipeline;
    private final Columns columns;
    private final WatchSettings settings;
    private final Function<References.Key, Optional<Reference>> references;
    private final UpstreamStates upstream;
    private final Map<References.Key, VersionWatch> versions = new TreeMap<>(Comparator.comparing(PipelineWatch::name));
    private final Map<String, Long> newestOf = new HashMap<>();
    private final List<DriftEvents.Told> told = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();
    private long rows;
    private long leftOut;
    private long looked = Long.MIN_VALUE;
    private boolean reportChanged;

    private PipelineWatch(
            String pipeline,
            Columns columns,
            WatchSettings settings,
            Function<References.Key, Optional<Reference>> references,
            UpstreamStates upstream) {
        this.pipeline = pipeline;
        this.columns = columns;
        this.settings = settings;
        this.references = references;
        this.upstream = upstream;
    }

    /** A watch that has seen nothing. */
    public static PipelineWatch of(
            String pipeline, Columns columns, WatchSettings settings, References references, UpstreamStates upstream) {
        return new PipelineWatch(
                pipeline, columns, settings, key -> references.find(key).map(RegisteredReference::reference), upstream);
    }

    /**
     * Takes a prediction in.
     *
     * @param partition where it lay, {@code topic-partition}
     * @param madeMicros when it was made, as its record says
     */
    public void fold(WatchedRow row, String partition, long madeMicros) {
        if (row.micros() > madeMicros + AHEAD_MICROS) {
            leftOut++;
            return;
        }
        rows++;
        newestOf.merge(partition, row.micros(), Math::max);
        version(row.model()).add(row, looked == Long.MIN_VALUE ? Long.MIN_VALUE : looked - settings.keptTiles());
    }

    private VersionWatch version(References.Key key) {
        VersionWatch known = versions.get(key);
        if (known != null) {
            return known;
        }
        if (versions.size() == MOST_VERSIONS) {
            VersionWatch oldest = versions.values().stream()
                    .min(Comparator.comparingLong(VersionWatch::newest))
                    .orElseThrow();
            versions.remove(oldest.key());
            gone.add(name(oldest.key()) + "/head");
            gone.add(name(oldest.key()) + "/reference");
            oldest.tiles().keySet().forEach(tile -> gone.add(name(oldest.key()) + "/tile/" + tile));
        }
        var made = new VersionWatch(key, columns, settings, references.apply(key));
        versions.put(key, made);
        return made;
    }

    /**
     * Looks at what is over by now.
     *
     * @param behind partitions with more to read: what is not read there yet is waited for
     */
    public void advance(Set<String> behind) {
        long newest = Long.MIN_VALUE;
        long held = Long.MAX_VALUE;
        for (Map.Entry<String, Long> each : newestOf.entrySet()) {
            newest = Math.max(newest, each.getValue());
            held = behind.contains(each.getKey()) ? Math.min(held, each.getValue()) : held;
        }
        long until = Math.min(newest, held);
        if (newest == Long.MIN_VALUE) {
            return;
        }
        long closed = Math.floorDiv(until - settings.grace().toNanos() / 1_000, settings.tileMicros()) - 1;
        if (closed <= looked) {
            return;
        }
        var over = new TreeSet<Long>();
        versions.values().forEach(version -> over.addAll(version.tiles(looked + 1, closed)));
        for (long tile : over) {
            List.copyOf(versions.values()).forEach(version -> look(version, tile));
        }
        looked = closed;
        reportChanged = true;
        versions.values()
                .forEach(version -> version.forget(closed - settings.keptTiles(), closed - settings.windowTiles())
                        .forEach(tile -> gone.add(name(version.key()) + "/tile/" + tile)));
    }

    private void look(VersionWatch version, long tile) {
        Optional<Found> found = version.look(tile);
        if (found.isEmpty()) {
            return;
        }
        String reference = version.describe().reference();
        told.add(
                switch (found.get()) {
                    case Found.Began(Incident incident) -> {
                        Incident explained = explained(incident);
                        version.explain(explained);
                        yield DriftEvents.found(pipeline, version.key(), reference, explained);
                    }
                    case Found.Widened(Incident incident, var more, var at) -> {
                        Incident explained = explained(incident);
                        version.explain(explained);
                        yield DriftEvents.widened(pipeline, version.key(), reference, explained, more, at);
                    }
                    case Found.Ended(Incident incident) ->
                        DriftEvents.ended(pipeline, version.key(), reference, incident);
                });
    }

    private Incident explained(Incident incident) {
        Cause cause = incident.cause();
        var views = new ArrayList<Upstream>();
        cause.upstream().forEach(view -> views.add(view.saying(upstream.of(view.view(), view.features()))));
        List<String> ofInput = upstream.ofInput(pipeline);
        if (!ofInput.isEmpty()) {
            views.add(new Upstream("input", List.of(), null, null, ofInput));
        }
        return new Incident(
                incident.id(),
                incident.since(),
                incident.found(),
                incident.ended(),
                incident.rows(),
                incident.moved(),
                new Cause(cause.features(), cause.segments(), views));
    }

    /** What there is to tell since this was asked last. */
    public List<DriftEvents.Told> told() {
        List<DriftEvents.Told> all = List.copyOf(told);
        told.clear();
        return all;
    }

    public DriftReport report() {
        return new DriftReport(
                pipeline,
                rows,
                leftOut,
                looked == Long.MIN_VALUE ? null : VersionWatch.instant((looked + 1) * settings.tileMicros()),
                versions.values().stream()
                        .sorted(Comparator.comparingLong(VersionWatch::newest).reversed())
                        .map(VersionWatch::describe)
                        .toList());
    }

    /** Whether somebody who reads {@link #report} would see another, rows aside. */
    public boolean isReportChanged() {
        return reportChanged;
    }

    private static String name(References.Key key) {
        return String.join("/", key.model(), key.version(), key.digest());
    }

    /** The parts of the state that changed since they were asked for last, by name; those that are gone are null. */
    public Map<String, byte @Nullable []> changes() {
        var changes = new LinkedHashMap<String, byte @Nullable []>();
        gone.forEach(part -> changes.put(part, null));
        gone.clear();
        for (VersionWatch version : versions.values()) {
            if (version.isHeadChanged()) {
                changes.put(name(version.key()) + "/head", bytes(version::write));
            }
            if (version.isReferenceChanged()) {
                changes.put(name(version.key()) + "/reference", bytes(version::writeReference));
            }
            version.tiles().forEach((tile, rowsOf) -> {
                if (rowsOf.isChanged()) {
                    changes.put(name(version.key()) + "/tile/" + tile, bytes(rowsOf::write));
                }
            });
            version.kept();
        }
        changes.put(STATE, bytes(this::write));
        reportChanged = false;
        return changes;
    }

    private void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(rows);
        out.writeLong(leftOut);
        out.writeLong(looked);
        out.writeShort(newestOf.size());
        for (Map.Entry<String, Long> each : newestOf.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeLong(each.getValue());
        }
    }

    /**
     * Takes up what was kept.
     *
     * @param parts of {@link #changes}, the last of each
     * @param reported the last report; null where there is none
     * @throws IOException where they are not of this form
     */
    public void restore(Map<String, byte[]> parts, @Nullable DriftReport reported) throws IOException {
        byte[] state = parts.get(STATE);
        if (state == null) {
            return;
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(state))) {
            if (in.readUnsignedByte() != VERSION) {
                throw new IOException("the state is of another version");
            }
            rows = in.readLong();
            leftOut = in.readLong();
            looked = in.readLong();
            int partitions = in.readUnsignedShort();
            for (int i = 0; i < partitions; i++) {
                newestOf.put(in.readUTF(), in.readLong());
            }
        }
        for (Map.Entry<String, byte[]> part : new TreeMap<>(parts).entrySet()) {
            restore(part.getKey().split("/", -1), part.getValue(), reported);
        }
    }

    /** Heads sort before references, and those before tiles. */
    private void restore(String[] name, byte[] bytes, @Nullable DriftReport reported) throws IOException {
        if (name.length < 4) {
            return;
        }
        var key = new References.Key(name[0], name[1], name[2]);
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (name[3].equals("head")) {
                versions.put(key, VersionWatch.read(in, key, columns, settings, reported(key, reported)));
            } else {
                VersionWatch version = versions.get(key);
                if (version != null && name[3].equals("reference")) {
                    version.readReference(in);
                } else if (version != null) {
                    version.readTile(Long.parseLong(name[4]), in);
                }
            }
        }
    }

    private static @Nullable VersionDrift reported(References.Key key, @Nullable DriftReport reported) {
        return reported == null
                ? null
                : reported.versions().stream()
                        .filter(version -> version.model().equals(key.model())
                                && version.version().equals(key.version())
                                && version.digest().equals(key.digest()))
                        .findFirst()
                        .orElse(null);
    }

    private interface Part {
        void write(DataOutput out) throws IOException;
    }

    private static byte[] bytes(Part part) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            part.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing fails in memory", e);
        }
        return bytes.toByteArray();
    }
}
