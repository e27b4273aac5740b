package io.millrace.features.app;

import io.millrace.features.app.OnlineRequest.UnknownColumns;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.Readings;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads features online: of many views and entities, at any instant that is retained, after catching up with the sources where that is asked for. */
@ApplicationScoped
public class OnlineReads {
    /** The most rows of one request. */
    public static final int MAX_ROWS = 10_000;

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final OnlineStore store;
    private final AppliedBarrier barrier;
    private final InstantSource clock;

    public OnlineReads(
            Catalog catalog,
            DefinitionStore definitions,
            OnlineStore store,
            AppliedBarrier barrier,
            InstantSource clock) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.store = store;
        this.barrier = barrier;
        this.clock = clock;
    }

    /** A request that has been checked and can be read. */
    public final class Prepared {
        private final ReadPlan plan;
        private final int rows;
        private final Map<String, List<@Nullable FeatureValue>> keys;
        private final OnlineRequest request;

        private Prepared(
                ReadPlan plan, int rows, Map<String, List<@Nullable FeatureValue>> keys, OnlineRequest request) {
            this.plan = plan;
            this.rows = rows;
            this.keys = keys;
            this.request = request;
        }

        /** How many rows of views a read touches: a measure of what it costs. */
        public int lookups() {
            return rows * plan.views().size();
        }

        /** Completes with what all views have caught up with; empty where one of them has not. */
        public CompletableFuture<Optional<List<Map<SourcePartition, Long>>>> caughtUp(Duration patience) {
            List<CompletableFuture<Optional<Map<SourcePartition, Long>>>> each = plan.views().stream()
                    .map(view -> barrier.reached(view, patience))
                    .toList();
            return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
                    .thenApply(_ -> {
                        List<Map<SourcePartition, Long>> reached = each.stream()
                                .flatMap(view -> view.join().stream())
                                .toList();
                        return reached.size() == each.size() ? Optional.of(reached) : Optional.empty();
                    });
        }

        /**
         * Reads each view from one snapshot of it.
         *
         * @param caughtUp what {@link #caughtUp} gave; empty where nobody asked. The answer is complete where the snapshots have all of it
         */
        public OnlineAnswer read(Optional<List<Map<SourcePartition, Long>>> caughtUp) {
            long[] instants = instants();
            var readings = new ArrayList<Readings>(plan.views().size());
            try {
                for (FeatureView view : plan.views()) {
                    readings.add(readView(view, instants));
                }
            } catch (StoreUnavailableException e) {
                throw new Refusal(FeatureReason.ONLINE_STORE_UNAVAILABLE, "the online store does not answer", e);
            }
            boolean complete = caughtUp.isPresent();
            for (int i = 0; complete && i < readings.size(); i++) {
                complete =
                        isReached(caughtUp.orElseThrow().get(i), readings.get(i).positions());
            }
            return new OnlineAnswer(plan, rows, keys, readings, complete);
        }

        private static boolean isReached(Map<SourcePartition, Long> ends, Map<SourcePartition, Long> positions) {
            return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
        }

        private long[] instants() {
            List<Long> asOf = request.asOfMicros();
            long[] instants = new long[rows];
            if (asOf.size() <= 1) {
                java.util.Arrays.fill(instants, asOf.isEmpty() ? Coercion.micros(clock.instant()) : asOf.getFirst());
            } else {
                java.util.Arrays.setAll(instants, asOf::get);
            }
            return instants;
        }

        private Readings readView(FeatureView view, long[] instants) {
            var columns = new ArrayList<List<@Nullable FeatureValue>>();
            view.joinKeys().forEach(key -> columns.add(keyColumn(view, key)));
            var queries = new ArrayList<Query>(rows);
            int[] queryOfRow = new int[rows];
            for (int row = 0; row < rows; row++) {
                EntityKey key = key(columns, row);
                queryOfRow[row] = key == null ? -1 : queries.size();
                if (key != null) {
                    queries.add(new Query(key, instants[row]));
                }
            }
            Readings readings = store.read(view, queries);
            if (queries.size() == rows) {
                return readings;
            }
            var missing = new RowReading.Row(Collections.nCopies(view.features().size(), new FeatureReading.Missing()));
            var all = new ArrayList<RowReading>(rows);
            for (int query : queryOfRow) {
                all.add(query < 0 ? missing : readings.rows().get(query));
            }
            return new Readings(all, readings.positions());
        }

        /** Views may declare one join key with different types. */
        private List<@Nullable FeatureValue> keyColumn(FeatureView view, JoinKey key) {
            return coerced(request, view, key);
        }

        private static @Nullable EntityKey key(List<List<@Nullable FeatureValue>> columns, int row) {
            var values = new ArrayList<FeatureValue>(columns.size());
            for (List<@Nullable FeatureValue> column : columns) {
                FeatureValue value = column.get(row);
                if (value == null) {
                    return null;
                }
                values.add(value);
            }
            return new EntityKey(values);
        }
    }

    /**
     * Checks a request against the views that are served now.
     *
     * @throws Refusal with a {@link FeatureReason}
     */
    public Prepared prepare(OnlineRequest request) {
        ReadPlan plan = plan(request);
        int rows = rows(request);
        if (!request.asOfMicros().isEmpty()
                && request.asOfMicros().size() != 1
                && request.asOfMicros().size() != rows) {
            throw new Refusal(
                    FeatureReason.WRONG_AS_OF,
                    "as_of has " + request.asOfMicros().size() + " instants: none, one or one per row (" + rows
                            + ") is possible");
        }
        Map<String, List<@Nullable FeatureValue>> keys = new LinkedHashMap<>();
        for (String column : request.entities().keySet()) {
            if (!plan.joinKeys().contains(column) && request.unknownColumns() == UnknownColumns.REFUSE) {
                throw new Refusal(
                        FeatureReason.UNKNOWN_COLUMN,
                        "'" + column + "' is no join key of the views that are read; their join keys are "
                                + plan.joinKeys().stream().sorted().toList());
            }
        }
        for (FeatureView view : plan.views()) {
            for (JoinKey key : view.joinKeys()) {
                keys.putIfAbsent(key.name(), coerced(request, view, key));
            }
        }
        Map<String, List<@Nullable FeatureValue>> inOrder = new LinkedHashMap<>();
        request.entities().keySet().stream()
                .filter(keys::containsKey)
                .forEach(name -> inOrder.put(name, keys.getOrDefault(name, List.of())));
        return new Prepared(plan, rows, inOrder, request);
    }

    private ReadPlan plan(OnlineRequest request) {
        try {
            return catalog.plan(request.features(), request.fullNames());
        } catch (Refusal refusal) {
            if (refusal.reason() == FeatureReason.VIEW_NOT_FOUND) {
                definitions.requireCurrent();
            }
            throw refusal;
        }
    }

    private static int rows(OnlineRequest request) {
        int rows = -1;
        for (Map.Entry<String, List<@Nullable FeatureValue>> column :
                request.entities().entrySet()) {
            int size = column.getValue().size();
            if (rows >= 0 && rows != size) {
                throw new Refusal(
                        FeatureReason.RAGGED_COLUMNS,
                        "all entity columns must have the same number of rows; '" + column.getKey() + "' has " + size
                                + ", another one " + rows);
            }
            rows = size;
        }
        if (rows < 1) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no entities are asked for");
        }
        if (rows > MAX_ROWS) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_ROWS,
                    rows + " rows are asked for, at most " + MAX_ROWS + " are read in one request");
        }
        return rows;
    }

    private static List<@Nullable FeatureValue> coerced(OnlineRequest request, FeatureView view, JoinKey key) {
        List<@Nullable FeatureValue> column = request.entities().get(key.name());
        if (column == null) {
            throw new Refusal(
                    FeatureReason.COLUMN_MISSING,
                    "join key '" + key.name() + "' of feature view " + view.id() + " is not given");
        }
        var coerced = new ArrayList<@Nullable FeatureValue>(column.size());
        for (int row = 0; row < column.size(); row++) {
            FeatureValue value = column.get(row);
            coerced.add(value == null ? null : coerced(key, row, value));
        }
        return coerced;
    }

    private static FeatureValue coerced(JoinKey key, int row, FeatureValue value) {
        return Coercion.to(key.type(), value)
                .orElseThrow(() -> new Refusal(
                        FeatureReason.WRONG_VALUE_TYPE,
                        "join key '" + key.name() + "' must be "
                                + key.type().name().toLowerCase(java.util.Locale.ROOT) + "; row " + row
                                + " has another type"));
    }
}
