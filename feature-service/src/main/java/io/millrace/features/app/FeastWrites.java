package io.millrace.features.app;

import io.millrace.definitions.NearestName;
import io.millrace.features.domain.FeastTime;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation.Latest;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows as Feast's clients write them: a data frame with its instants in a column, to be readable when the call returns. */
@ApplicationScoped
public class FeastWrites {
    /** The column of a row's event time. */
    public static final String EVENT_TIME = "event_timestamp";

    private final Pushes pushes;
    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final AppliedBarrier barrier;
    private final FeastSettings settings;

    public FeastWrites(
            Pushes pushes,
            Catalog catalog,
            DefinitionStore definitions,
            AppliedBarrier barrier,
            FeastSettings settings) {
        this.pushes = pushes;
        this.catalog = catalog;
        this.definitions = definitions;
        this.barrier = barrier;
        this.settings = settings;
    }

    /**
     * A data frame.
     *
     * @param view {@code view} or {@code view@version}, whose source is push
     * @param columns join keys, event fields or the plain features that show them, and {@link #EVENT_TIME}; others are dropped, as Feast does
     * @param wire the request's bytes: the same request sent again counts once
     */
    public record Frame(String view, Map<String, List<@Nullable FeatureValue>> columns, PushTarget to, byte[] wire) {}

    /** Whether rows that are committed can be read already. */
    public enum Written {
        READABLE,
        COMMITTED
    }

    /**
     * Commits the rows and waits, within bounds, until they can be read.
     *
     * @throws Refusal with a {@link FeatureReason}; nothing was taken then, save where the log did not answer
     */
    public Written write(Frame frame) {
        FeatureView view = catalog.resolve(frame.view()).orElseThrow(() -> {
            definitions.requireCurrent();
            return catalog.unknownView(frame.view());
        });
        Pushes.requirePushed(view);
        int rows = Columns.rows(List.of(frame.columns()));
        Map<String, List<@Nullable FeatureValue>> columns = new LinkedHashMap<>(frame.columns());
        List<Long> times = times(columns);
        keepKnown(view, columns);
        if (view.joinKeys().stream().anyMatch(key -> key.name().equals(FeastReads.DUMMY_KEY))) {
            columns.putIfAbsent(FeastReads.DUMMY_KEY, Collections.nCopies(rows, new FeatureValue.Text("")));
        }
        refuseMissing(view, columns.keySet());
        pushes.push(new Pushes.Push(view.id().toString(), columns, times, pushId(frame), frame.to()));
        if (!frame.to().isOnline() || settings.writeWait().isZero()) {
            return Written.COMMITTED;
        }
        return barrier.await(view, settings.writeWait()) ? Written.READABLE : Written.COMMITTED;
    }

    /** What a name that no view has may mean, as the end of a sentence; may be empty. */
    public String nearest(String name) {
        return NearestName.hint(
                name,
                catalog.all().stream()
                        .filter(view -> view.source() instanceof FeatureView.Source.Push)
                        .map(view -> view.id().name())
                        .toList());
    }

    private static List<Long> times(Map<String, List<@Nullable FeatureValue>> columns) {
        List<@Nullable FeatureValue> column = columns.get(EVENT_TIME);
        if (column == null) {
            throw new Refusal(
                    FeatureReason.COLUMN_MISSING,
                    "the column '" + EVENT_TIME + "' is not given: it holds the event time of each row");
        }
        var times = new ArrayList<Long>(column.size());
        for (int row = 0; row < column.size(); row++) {
            times.add(time(column.get(row), row));
        }
        return times;
    }

    private static long time(@Nullable FeatureValue value, int row) {
        return switch (value) {
            case FeatureValue.Time(long micros) -> micros;
            case FeatureValue.Text(String text) -> FeastTime.micros(text).orElseThrow(() -> noTime(row));
            case null, default -> throw noTime(row);
        };
    }

    private static Refusal noTime(int row) {
        return new Refusal(
                FeatureReason.INVALID_ROW,
                "row " + row + ": '" + EVENT_TIME
                        + "' must be text such as 2026-03-02T09:00:00.250Z (UTC where it has no offset)"
                        + "; a number could mean seconds or nanoseconds");
    }

    private static void keepKnown(FeatureView view, Map<String, List<@Nullable FeatureValue>> columns) {
        Set<String> known = new HashSet<>();
        view.joinKeys().forEach(key -> known.add(key.name()));
        view.fields().forEach(field -> known.add(field.name()));
        view.features().forEach(feature -> {
            if (feature.computation() instanceof Latest) {
                known.add(feature.name());
            }
        });
        columns.keySet().retainAll(known);
    }

    /** Unknown columns are dropped, so a mistyped one must be found by what is missing. */
    private static void refuseMissing(FeatureView view, Set<String> given) {
        Set<String> missing = new LinkedHashSet<>();
        view.joinKeys().forEach(key -> {
            if (!given.contains(key.name())) {
                missing.add(key.name());
            }
        });
        Set<String> keyFields = new HashSet<>();
        view.joinKeys().forEach(key -> keyFields.add(key.field()));
        for (EventField field : view.fields()) {
            boolean shown = view.features().stream()
                    .anyMatch(feature -> feature.computation() instanceof Latest(String shownField)
                            && shownField.equals(field.name())
                            && given.contains(feature.name()));
            if (!shown && !given.contains(field.name()) && !keyFields.contains(field.name())) {
                missing.add(field.name());
            }
        }
        if (!missing.isEmpty()) {
            throw new Refusal(
                    FeatureReason.COLUMN_MISSING,
                    "columns are missing: feature view " + view.id() + " needs " + missing + " too");
        }
    }

    /** The digest of the request: clients repeat one that was answered 503 or not at all. */
    private static String pushId(Frame frame) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return "feast-" + HexFormat.of().formatHex(digest.digest(frame.wire()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
