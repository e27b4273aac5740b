package io.millrace.features.app;

import io.millrace.definitions.NearestName;
import io.millrace.features.domain.Coercion;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation.Latest;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.projection.EventProjector;
import io.millrace.features.kernel.projection.Projection;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes rows for views whose source is {@code push}. */
@ApplicationScoped
public class Pushes {
    /** The most rows of one push. */
    public static final int MAX_ROWS = 10_000;

    private static final Pattern PUSH_ID = Pattern.compile("[ -~]{0,200}");
    private static final int REPORTED_ROWS = 20;
    private static final Position NOWHERE = new Position(new SourcePartition("", "", 0), 0);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final PushLog log;
    private final EventTimeBound future;
    private final InstantSource clock;

    public Pushes(
            Catalog catalog, DefinitionStore definitions, PushLog log, EventTimeBound future, InstantSource clock) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.log = log;
        this.future = future;
        this.clock = clock;
    }

    /**
     * Rows by columns.
     *
     * @param view {@code view} or {@code view@version}
     * @param columns by the name of the join key, of the event's field, or of the plain feature that shows it
     * @param timeMicros event time of each row, microseconds since the epoch
     * @param pushId empty where each call is a push of its own
     * @param to which stores take the rows
     */
    public record Push(
            String view,
            Map<String, List<@Nullable FeatureValue>> columns,
            List<Long> timeMicros,
            String pushId,
            PushTarget to) {}

    /**
     * Checks the rows and appends them to the log; returns once they are committed, before they can be read.
     *
     * @return number of rows
     * @throws Refusal with a {@link FeatureReason}; nothing was taken then, save where the log did not answer
     */
    public int push(Push push) {
        try {
            return begin(push).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Refusal refusal ? refusal : e;
        }
    }

    /**
     * As {@link #push}, without waiting until the rows are committed. Pushes that are begun one after the other stand in the log in that order.
     *
     * @return the number of rows once they are committed; fails with a {@link Refusal} where the log did not answer
     */
    CompletableFuture<Integer> begin(Push push) {
        FeatureView view = view(push.view());
        int rows = push.timeMicros().size();
        if (rows == 0) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no rows are given: one event time per row is needed");
        }
        if (rows > MAX_ROWS) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_ROWS, rows + " rows are given, at most " + MAX_ROWS + " are taken at once");
        }
        if (!PUSH_ID.matcher(push.pushId()).matches()) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST, "push_id must be at most 200 printable ASCII characters");
        }
        return log.append(view, push.pushId(), push.to(), events(view, push, rows));
    }

    private FeatureView view(String name) {
        FeatureView view = catalog.resolve(name).orElseThrow(() -> {
            Names.require("A feature view", name);
            definitions.requireCurrent();
            return catalog.unknownView(name);
        });
        requirePushed(view);
        return view;
    }

    /**
     * @throws Refusal {@link FeatureReason#NO_PUSH_SOURCE}
     */
    static void requirePushed(FeatureView view) {
        String from =
                switch (view.source()) {
                    case FeatureView.Source.Push _ -> "";
                    case FeatureView.Source.Topic topic -> "its events from the topic " + topic.topic();
                    case FeatureView.Source.Batch _ -> "the rows of its batch source when it is materialised";
                };
        if (!from.isEmpty()) {
            throw new Refusal(
                    FeatureReason.NO_PUSH_SOURCE,
                    "feature view " + view.id() + " takes " + from + "; only views with 'push: true' take rows");
        }
    }

    private List<FeatureEvent> events(FeatureView view, Push push, int rows) {
        EventProjector projector = EventProjector.of(view);
        Map<String, List<@Nullable FeatureValue>> columns = byField(view, projector, push, rows);
        Map<String, EventField> types = new HashMap<>();
        projector.columns().forEach(column -> types.put(column.name(), column));
        var events = new ArrayList<FeatureEvent>(rows);
        var faults = new ArrayList<Refusal.Detail>();
        for (int row = 0; row < rows && faults.size() < REPORTED_ROWS; row++) {
            Map<String, @Nullable FeatureValue> values = new HashMap<>();
            for (Map.Entry<String, List<@Nullable FeatureValue>> column : columns.entrySet()) {
                FeatureValue value = column.getValue().get(row);
                EventField type = types.get(column.getKey());
                values.put(
                        column.getKey(),
                        value == null || type == null
                                ? null
                                : Coercion.to(type.type(), value).orElse(value));
            }
            long micros = push.timeMicros().get(row);
            switch (projector.project(values, micros, NOWHERE)) {
                case Projection.Event(FeatureEvent event) -> {
                    if (future.isBeyond(event.timeMicros(), clock.instant())) {
                        faults.add(new Refusal.Detail("row " + row, "its event time lies in the future"));
                    }
                    events.add(event);
                }
                case Projection.Undecodable(var _, String detail) ->
                    faults.add(new Refusal.Detail("row " + row, detail));
                case Projection.Skipped(var reason) -> faults.add(new Refusal.Detail("row " + row, reason.name()));
            }
        }
        if (!faults.isEmpty()) {
            Refusal.Detail first = faults.getFirst();
            throw new Refusal(FeatureReason.INVALID_ROW, first.where() + ": " + first.what(), faults);
        }
        return events;
    }

    /** The columns by the event field that they fill. */
    private static Map<String, List<@Nullable FeatureValue>> byField(
            FeatureView view, EventProjector projector, Push push, int rows) {
        Map<String, String> fields = new LinkedHashMap<>();
        view.features().forEach(feature -> {
            if (feature.computation() instanceof Latest(String field)) {
                fields.put(feature.name(), field);
            }
        });
        projector.columns().forEach(column -> fields.put(column.name(), column.name()));
        view.joinKeys().forEach(key -> fields.put(key.name(), key.field()));
        Map<String, List<@Nullable FeatureValue>> columns = new HashMap<>();
        for (Map.Entry<String, List<@Nullable FeatureValue>> column :
                push.columns().entrySet()) {
            String name = column.getKey();
            if (column.getValue().size() != rows) {
                throw new Refusal(
                        FeatureReason.RAGGED_COLUMNS,
                        "column '" + name + "' has " + column.getValue().size() + " rows, there are " + rows
                                + " event times");
            }
            String field = fields.get(name);
            if (field == null) {
                throw new Refusal(
                        FeatureReason.UNKNOWN_COLUMN,
                        "feature view " + view.id() + " has no column '" + name + "'"
                                + NearestName.hint(name, fields.keySet()) + "; its columns are " + fields.keySet());
            }
            if (columns.putIfAbsent(field, column.getValue()) != null) {
                throw new Refusal(FeatureReason.NAME_CLASH, "two columns give the field '" + field + "'");
            }
        }
        view.joinKeys().forEach(key -> {
            if (!columns.containsKey(key.field())) {
                throw new Refusal(FeatureReason.COLUMN_MISSING, "join key '" + key.name() + "' is not given");
            }
        });
        return columns;
    }
}
