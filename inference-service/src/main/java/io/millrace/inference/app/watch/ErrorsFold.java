package io.millrace.inference.app.watch;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.models.kernel.drift.Adwin;
import io.millrace.models.kernel.drift.PageHinkley;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Watches the error of each version of a model, |label − prediction|, with ADWIN and Page–Hinkley: an event where it rises, and one where it falls again. Their bounds are absolute, so they see errors in measures of the first 200,
 * which they do not see: ADWIN, made for values from 0 to 1, as shares of the mean and three deviations; Page–Hinkley in deviations.
 */
public final class ErrorsFold implements OutcomeFold {
    private static final int VERSION = 1;
    private static final int MOST_VERSIONS = 32;

    /** So many errors say what one is like. */
    private static final int FIRST = 200;

    /** A rise of a quarter of a deviation is let pass; the chance of a walk of 50 against a drift of a quarter is e^−25 for each of its excursions. */
    private static final PageHinkley.Settings LENIENT = new PageHinkley.Settings(30, 0.25, 50, 1);

    /** A time is remembered every so many outcomes. */
    private static final int MARK = 16;

    private static final int MOST_MARKS = 4_096;

    private final String pipeline;
    private final String labels;
    private final String fingerprint;
    private final EventLog events;
    private final WatchTelemetry telemetry;
    private final Map<String, Watched> versions = new TreeMap<>();
    private final List<Change> untold = new ArrayList<>();

    /** A version and its detectors. */
    private static final class Watched {
        private Adwin adwin = new Adwin();
        private PageHinkley pageHinkley = new PageHinkley(LENIENT);
        private long count;
        private double firstSum;
        private double firstSquares;
        private boolean isHigh;

        /** Mean of the errors of late, each counting a twentieth: Page–Hinkley does not say which way it went. */
        private double late;

        /** Of those since Page–Hinkley began. */
        private double sum;

        private long seen;
        private final Deque<Long> marks = new ArrayDeque<>();

        double mean() {
            return firstSum / FIRST;
        }

        double deviation() {
            return Math.sqrt(Math.max(0, firstSquares / FIRST - mean() * mean()));
        }

        /** What nearly no error is above. */
        double range() {
            return mean() + 3 * deviation();
        }

        /** Label time of the outcome with which the newest so many began, to the mark. */
        long since(long width) {
            long back = Math.min(marks.size() - 1L, Math.max(0, (width + MARK - 1) / MARK));
            long at = 0;
            for (long mark : marks) {
                if (at++ == back) {
                    return mark;
                }
            }
            return marks.isEmpty() ? 0 : marks.peekLast();
        }
    }

    /** A change of the mean error that was not told yet. */
    private record Change(
            String model,
            String version,
            boolean rose,
            String by,
            double before,
            double now,
            long sinceMicros,
            long foundMicros,
            long rows) {}

    ErrorsFold(String pipeline, String labels, String fingerprint, EventLog events, WatchTelemetry telemetry) {
        this.pipeline = pipeline;
        this.labels = labels;
        this.fingerprint = fingerprint;
        this.events = events;
        this.telemetry = telemetry;
    }

    @Override
    public String name() {
        return "errors";
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void fold(Outcome outcome, long offset) {
        if (!(outcome instanceof Outcome.Labelled labelled)
                || !labelled.prediction().shadow().isEmpty()) {
            return;
        }
        double error = Math.abs(labelled.label() - labelled.prediction().value());
        if (!Double.isFinite(error)) {
            return;
        }
        String model = labelled.prediction().model().name();
        String version = labelled.prediction().model().version();
        Watched watched = watched(model + "/" + version);
        if (watched.count++ % MARK == 0) {
            watched.marks.addFirst(labelled.micros());
            if (watched.marks.size() > MOST_MARKS) {
                watched.marks.removeLast();
            }
        }
        if (watched.count <= FIRST) {
            watched.firstSum += error;
            watched.firstSquares += error * error;
            return;
        }
        double range = watched.range() > 0 ? watched.range() : 1;
        double before = watched.adwin.mean() * range;
        boolean cut = watched.adwin.update(error / range);
        double deviation = watched.deviation();
        watched.late += (error - watched.late) / (watched.seen == 0 ? 1 : 20);
        watched.sum += error;
        watched.seen++;
        boolean moved = deviation > 0 && watched.pageHinkley.update((error - watched.mean()) / deviation);
        if (cut || moved) {
            changed(watched, model, version, cut, before, labelled.micros());
        }
        if (moved) {
            watched.sum = 0;
            watched.seen = 0;
        }
    }

    private void changed(Watched watched, String model, String version, boolean cut, double before, long micros) {
        double now = watched.adwin.mean() * (watched.range() > 0 ? watched.range() : 1);
        boolean isHigh = cut ? now > before : watched.late > watched.sum / watched.seen;
        if (isHigh != watched.isHigh) {
            watched.isHigh = isHigh;
            untold.add(new Change(
                    model,
                    version,
                    isHigh,
                    cut ? "adwin" : "page-hinkley",
                    before,
                    now,
                    cut ? watched.since(watched.adwin.width()) : micros,
                    micros,
                    watched.count));
        }
    }

    private Watched watched(String key) {
        Watched known = versions.get(key);
        if (known == null) {
            if (versions.size() == MOST_VERSIONS) {
                versions.entrySet().stream()
                        .min(Map.Entry.comparingByValue((one, other) -> Long.compare(one.since(0), other.since(0))))
                        .map(Map.Entry::getKey)
                        .ifPresent(versions::remove);
            }
            known = new Watched();
            versions.put(key, known);
        }
        return known;
    }

    /** What changed is told once the state that says so is kept; told twice, it has the same id. */
    @Override
    public boolean isDue() {
        return !untold.isEmpty();
    }

    @Override
    public void kept(long offset) {
        for (Change change : untold) {
            String type = "io.millrace.drift." + (change.rose() ? "found" : "ended");
            String id = String.join(
                    "/",
                    "drift",
                    pipeline,
                    change.model(),
                    change.version(),
                    "error",
                    Long.toString(change.rows()),
                    change.rose() ? "found" : "ended");
            events.record(
                    id, new ServiceEvent(type, pipeline + "/" + change.model() + "/" + change.version(), data(change)));
            telemetry.told(pipeline, type);
        }
        untold.clear();
        versions.forEach((key, watched) -> {
            int slash = key.indexOf('/');
            telemetry.erring(
                    labels, key.substring(0, slash), key.substring(slash + 1), watched.adwin.mean() * watched.range());
        });
    }

    private Map<String, Object> data(Change change) {
        var data = new LinkedHashMap<String, Object>();
        data.put("pipeline", pipeline);
        data.put("labels", labels);
        data.put("model", change.model());
        data.put("version", change.version());
        data.put("since", VersionWatch.instant(change.sinceMicros()).toString());
        data.put("found", VersionWatch.instant(change.foundMicros()).toString());
        data.put("rows", change.rows());
        data.put(
                "moved",
                List.of(Map.of(
                        "name", "error",
                        "kind", change.by(),
                        "by", change.now() - change.before(),
                        "before", change.before(),
                        "now", change.now())));
        return data;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeShort(versions.size());
        for (Map.Entry<String, Watched> each : versions.entrySet()) {
            Watched watched = each.getValue();
            out.writeUTF(each.getKey());
            watched.adwin.write(out);
            watched.pageHinkley.write(out);
            out.writeLong(watched.count);
            out.writeDouble(watched.firstSum);
            out.writeDouble(watched.firstSquares);
            out.writeBoolean(watched.isHigh);
            out.writeDouble(watched.late);
            out.writeDouble(watched.sum);
            out.writeLong(watched.seen);
            out.writeShort(watched.marks.size());
            for (long mark : watched.marks) {
                out.writeLong(mark);
            }
        }
        out.writeShort(untold.size());
        for (Change change : untold) {
            out.writeUTF(change.model());
            out.writeUTF(change.version());
            out.writeBoolean(change.rose());
            out.writeUTF(change.by());
            out.writeDouble(change.before());
            out.writeDouble(change.now());
            out.writeLong(change.sinceMicros());
            out.writeLong(change.foundMicros());
            out.writeLong(change.rows());
        }
    }

    @Override
    public void read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("errors of version " + version);
        }
        int count = in.readUnsignedShort();
        for (int i = 0; i < count; i++) {
            var watched = new Watched();
            String key = in.readUTF();
            watched.adwin = Adwin.read(in);
            watched.pageHinkley = PageHinkley.read(in);
            watched.count = in.readLong();
            watched.firstSum = in.readDouble();
            watched.firstSquares = in.readDouble();
            watched.isHigh = in.readBoolean();
            watched.late = in.readDouble();
            watched.sum = in.readDouble();
            watched.seen = in.readLong();
            int marks = in.readUnsignedShort();
            for (int mark = 0; mark < marks; mark++) {
                watched.marks.addLast(in.readLong());
            }
            versions.put(key, watched);
        }
        int changes = in.readUnsignedShort();
        for (int i = 0; i < changes; i++) {
            untold.add(new Change(
                    in.readUTF(),
                    in.readUTF(),
                    in.readBoolean(),
                    in.readUTF(),
                    in.readDouble(),
                    in.readDouble(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong()));
        }
    }
}
