package io.millrace.inference.app.watch;

import io.millrace.inference.domain.watch.DriftReport.Incident;
import io.millrace.inference.domain.watch.DriftReport.Moved;
import io.millrace.inference.domain.watch.DriftReport.Quantile;
import io.millrace.inference.domain.watch.DriftReport.VersionDrift;
import io.millrace.inference.domain.watch.DriftReport.Window;
import io.millrace.models.kernel.drift.FeatureCounts;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Watches the predictions of one version of a model. Follows from the rows and the looks, from no clock. Not thread-safe. */
final class VersionWatch {
    private static final int VERSION = 1;

    /** Looks in a row without an alarm by which all has come back. */
    private static final int CALM = 2;

    /** What has moved so many times as far as was said last is said again. */
    private static final double FURTHER = 2;

    private final References.Key key;
    private final Columns columns;
    private final WatchSettings settings;
    private final NavigableMap<Long, Tile> tiles = new TreeMap<>();
    private @Nullable Reference reference;
    private @Nullable Gathering gathering;
    private long rows;
    private long newest = Long.MIN_VALUE;
    private boolean headChanged = true;
    private boolean referenceChanged = true;
    private int calm;
    private @Nullable Incident incident;
    private @Nullable VersionDrift drift;

    /**
     * A version of which nothing is known yet.
     *
     * @param registered the reference that it brings; else its first predictions become one
     */
    VersionWatch(References.Key key, Columns columns, WatchSettings settings, Optional<Reference> registered) {
        this.key = key;
        this.columns = columns;
        this.settings = settings;
        this.reference = registered.orElse(null);
        this.gathering = registered.isPresent() ? null : new Gathering();
    }

    References.Key key() {
        return key;
    }

    /** Event time of its latest prediction. */
    long newest() {
        return newest;
    }

    void add(WatchedRow row, long oldestTile) {
        rows++;
        newest = Math.max(newest, row.micros());
        headChanged = true;
        Reference known = reference;
        if (known == null) {
            gather(row);
            return;
        }
        long tile = Math.floorDiv(row.micros(), settings.tileMicros());
        if (tile >= oldestTile) {
            tiles.computeIfAbsent(tile, _ -> new Tile(known, settings.sampleRows()))
                    .add(row);
        }
    }

    private void gather(WatchedRow row) {
        Gathering open = gathering == null ? new Gathering() : gathering;
        gathering = open;
        open.add(row);
        referenceChanged = true;
        if (open.rows() >= settings.referenceRows()) {
            reference = open.reference();
            gathering = null;
        }
    }

    /** The tiles that it has rows in, from one to another, both inclusive. */
    List<Long> tiles(long from, long to) {
        return List.copyOf(tiles.subMap(from, true, to, true).keySet());
    }

    /** Lets go of tiles before one, and says which; of those before another of the single rows. */
    List<Long> forget(long before, long samplesBefore) {
        tiles.headMap(samplesBefore, false).values().forEach(Tile::forgetSample);
        NavigableMap<Long, Tile> old = tiles.headMap(before, false);
        List<Long> gone = List.copyOf(old.keySet());
        old.clear();
        return gone;
    }

    /** What a look came to. */
    sealed interface Found {
        /** Something moves that did not. */
        record Began(Incident incident) implements Found {}

        /** More moves than was said, or further: at a look, that what it says is of. */
        record Widened(Incident incident, List<Moved> more, Instant at) implements Found {}

        record Ended(Incident incident) implements Found {}
    }

    /** Looks at the rows up to the end of a tile that is over. */
    Optional<Found> look(long closed) {
        Reference known = reference;
        Tile last = tiles.get(closed);
        if (known == null || last == null) {
            return Optional.empty();
        }
        Tile window = new Tile(known, settings.sampleRows());
        long from = closed;
        for (var each : tiles.headMap(closed, true).descendingMap().entrySet()) {
            if (each.getKey() <= closed - settings.windowTiles() || window.rows() >= settings.windowRows()) {
                break;
            }
            window.add(each.getValue());
            from = each.getKey();
        }
        if (window.rows() < settings.minimumRows()) {
            return Optional.empty();
        }
        Look look = Look.at(known, settings, this::isWatched, window, last, earlier(known, closed), closed);
        Optional<Found> found = judge(known, look, window, from, closed);
        headChanged = true;
        drift = describe(known, look, window, from, closed);
        return found;
    }

    private boolean isWatched(int column) {
        return reference != null
                && columns.areWatched(reference.columns().get(column).name());
    }

    private @Nullable Tile earlier(Reference known, long tile) {
        Tile sum = null;
        for (int week = 1; week <= settings.weeks(); week++) {
            Tile then = tiles.get(tile - week * settings.weekTiles());
            if (then != null) {
                sum = sum == null ? new Tile(known, 1) : sum;
                sum.add(then);
            }
        }
        return sum;
    }

    private Optional<Found> judge(Reference known, Look look, Tile window, long from, long closed) {
        Incident open = incident != null && incident.ended() == null ? incident : null;
        if (look.isCalm()) {
            calm++;
            if (open == null || calm < CALM) {
                return Optional.empty();
            }
            incident = new Incident(
                    open.id(), open.since(), open.found(), end(closed), open.rows(), open.moved(), open.cause());
            return Optional.of(new Found.Ended(incident));
        }
        calm = 0;
        var causes = new Causes(known, look, window, tiles, closed, settings, columns);
        if (open == null) {
            List<Moved> moved = causes.moved(_ -> 0);
            Instant since =
                    moved.stream().map(Moved::since).min(Instant::compareTo).orElseGet(() -> start(closed));
            String id = String.join(
                    "/",
                    key.model(),
                    key.version(),
                    since.toString(),
                    end(closed).toString());
            incident = new Incident(id, since, end(closed), null, window.rows(), moved, causes.cause(since, moved));
            return Optional.of(new Found.Began(incident));
        }
        List<Moved> moved = causes.moved(now -> said(open, now));
        Instant windowed = drift == null || drift.window() == null
                ? start(from)
                : drift.window().from();
        List<Moved> before = open.moved().stream()
                .map(was -> windowed.isBefore(was.since()) ? furthest(was, moved) : was)
                .toList();
        List<Moved> more = moved.stream()
                .filter(now -> before.stream()
                        .noneMatch(was -> was.isOf(now) && Math.abs(now.by()) < FURTHER * Math.abs(was.by())))
                .toList();
        var all = new ArrayList<>(more);
        before.stream()
                .filter(was -> more.stream().noneMatch(now -> was.isOf(now)))
                .forEach(all::add);
        if (more.isEmpty()) {
            incident = new Incident(open.id(), open.since(), open.found(), null, open.rows(), all, open.cause());
            return Optional.empty();
        }
        Instant since = more.stream().map(Moved::since).min(Instant::compareTo).orElseThrow();
        incident =
                new Incident(open.id(), open.since(), open.found(), null, open.rows(), all, causes.cause(since, more));
        return Optional.of(new Found.Widened(incident, more, end(closed)));
    }

    /** What moved as far as it does now, where that is further: where the window of the look before had rows from before it began, it only fills. */
    private static Moved furthest(Moved was, List<Moved> moved) {
        return moved.stream()
                .filter(now -> now.isOf(was) && Math.abs(now.by()) > Math.abs(was.by()))
                .findFirst()
                .map(now -> now.since(was.since()))
                .orElse(was);
    }

    /** How far something had moved as was said last; 0 where nothing was. */
    private static double said(Incident open, Moved now) {
        return open.moved().stream()
                .filter(was -> was.isOf(now))
                .mapToDouble(was -> Math.abs(was.by()))
                .findFirst()
                .orElse(0);
    }

    private VersionDrift describe(Reference known, Look look, Tile window, long from, long closed) {
        FeatureCounts score = window.score();
        return new VersionDrift(
                key.model(),
                key.version(),
                key.digest(),
                known.origin().name().toLowerCase(Locale.ROOT),
                known.rows(),
                rows,
                new Window(start(from), end(closed), window.rows()),
                Causes.measures(look, false),
                Causes.measures(look, true),
                score == null
                        ? List.of()
                        : DoubleStream.of(0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
                                .mapToObj(share -> new Quantile(share, score.quantile(share)))
                                .filter(quantile -> Double.isFinite(quantile.value()))
                                .toList(),
                look.joint(),
                incident);
    }

    /** As of the last look. */
    VersionDrift describe() {
        VersionDrift last = drift;
        Reference known = reference;
        if (last == null) {
            return new VersionDrift(
                    key.model(),
                    key.version(),
                    key.digest(),
                    known == null ? "gathering" : known.origin().name().toLowerCase(Locale.ROOT),
                    known != null ? known.rows() : gathering == null ? 0 : gathering.rows(),
                    rows,
                    null,
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    incident);
        }
        return new VersionDrift(
                last.model(),
                last.version(),
                last.digest(),
                last.reference(),
                last.referenceRows(),
                rows,
                last.window(),
                last.features(),
                last.scores(),
                last.quantiles(),
                last.joint(),
                incident);
    }

    /** Takes over what others found out of its cause. */
    void explain(Incident explained) {
        if (incident != null && incident.id().equals(explained.id())) {
            incident = explained;
        }
    }

    private Instant start(long tile) {
        return instant(tile * settings.tileMicros());
    }

    private Instant end(long tile) {
        return start(tile + 1);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    boolean isHeadChanged() {
        return headChanged;
    }

    Map<Long, Tile> tiles() {
        return tiles;
    }

    boolean isReferenceChanged() {
        return referenceChanged;
    }

    void kept() {
        headChanged = false;
        referenceChanged = false;
        tiles.values().forEach(Tile::kept);
    }

    /** All but the reference, the tiles and what is in the report. */
    void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(rows);
        out.writeLong(newest);
        out.writeInt(calm);
    }

    /** The reference, or what is gathered for it. */
    void writeReference(DataOutput out) throws IOException {
        Reference known = reference;
        out.writeBoolean(known != null);
        if (known != null) {
            known.write(out);
        } else {
            (gathering == null ? new Gathering() : gathering).write(out);
        }
    }

    /** What was written, with what the last report said of it. */
    static VersionWatch read(
            DataInput in, References.Key key, Columns columns, WatchSettings settings, @Nullable VersionDrift reported)
            throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a watch of version " + version);
        }
        var watch = new VersionWatch(key, columns, settings, Optional.empty());
        watch.rows = in.readLong();
        watch.newest = in.readLong();
        watch.calm = in.readInt();
        watch.headChanged = false;
        watch.referenceChanged = false;
        if (reported != null) {
            watch.incident = reported.incident();
            watch.drift = reported.window() == null ? null : reported;
        }
        return watch;
    }

    /** Takes in what was written of the reference; before any tile. */
    void readReference(DataInput in) throws IOException {
        if (in.readBoolean()) {
            reference = Reference.read(in);
            gathering = null;
        } else {
            gathering = Gathering.read(in);
        }
    }

    /** Takes a tile in that was written. */
    void readTile(long tile, DataInput in) throws IOException {
        Reference known = reference;
        if (known != null) {
            tiles.put(tile, Tile.read(in, known, settings.sampleRows()));
        }
    }
}
