package io.millrace.features.app;

import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.app.parity.ParitySampler;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final ParitySampler parity;

    public OnlineReads(
            Catalog catalog,
            DefinitionStore definitions,
            OnlineStore store,
            AppliedBarrier barrier,
            InstantSource clock,
            ParitySampler parity) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.store = store;
        this.barrier = barrier;
        this.clock = clock;
        this.parity = parity;
    }

    /** A request that has been checked and can be read. */
    public final class Prepared {
        private final ReadPlan plan;
        private final int rows;
        private final RequestKeys keys;
        private final OnlineRequest request;

        private Prepared(ReadPlan plan, RequestKeys keys, OnlineRequest request) {
            this.plan = plan;
            this.rows = keys.rows();
            this.keys = keys;
            this.request = request;
        }

        /** How many rows of views a read touches: a measure of what it costs. */
        public int lookups() {
            return rows * plan.parts().size();
        }

        /** What the read will take by what such reads took lately, in nanoseconds; zero where there was none. */
        long expectedNanos() {
            return plan.cost().of(lookups());
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
         * Reads all views from one state of the store.
         *
         * @param caughtUp what {@link #caughtUp} gave; empty where nobody asked. The answer is complete where what was read has all of it
         */
        public OnlineAnswer read(Optional<List<Map<SourcePartition, Long>>> caughtUp) {
            long now = Coercion.micros(clock.instant());
            long[] instants = instants(now);
            var queries = new ArrayList<ViewQuery>(plan.parts().size());
            for (ReadPlan.Part part : plan.parts()) {
                queries.add(new ViewQuery(part.view(), part.features(), keys.entities(part.view()), instants));
            }
            long begin = System.nanoTime();
            List<ViewRows> read = stored(queries);
            plan.cost().took(lookups(), System.nanoTime() - begin);
            parity.look(queries, read, now);
            List<FeatureTable> computed = plan.onDemand().compute(read, this::requestData, rows);
            return new OnlineAnswer(
                    plan,
                    rows,
                    keys.columns(plan),
                    read,
                    staleness(read, now),
                    computed,
                    caughtUp.isPresent() && isReached(caughtUp.get(), read));
        }

        private List<ViewRows> stored(List<ViewQuery> queries) {
            Optional<String> refusal = barrier.refusal();
            if (refusal.isPresent()) {
                throw new Refusal(FeatureReason.ONLINE_STORE_UNAVAILABLE, refusal.get());
            }
            try {
                return store.read(queries);
            } catch (StoreUnavailableException e) {
                throw new Refusal(FeatureReason.ONLINE_STORE_UNAVAILABLE, "the online store does not answer", e);
            }
        }

        private List<Staleness> staleness(List<ViewRows> read, long now) {
            var staleness = new ArrayList<Staleness>(read.size());
            for (int i = 0; i < read.size(); i++) {
                long lag = barrier.lag(plan.parts().get(i).view().id());
                staleness.add(Staleness.of(read.get(i).newestMicros(), now, lag));
            }
            return staleness;
        }

        private static boolean isReached(List<Map<SourcePartition, Long>> ends, List<ViewRows> read) {
            for (int i = 0; i < read.size(); i++) {
                if (!isReached(ends.get(i), read.get(i).positions())) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isReached(Map<SourcePartition, Long> ends, Map<SourcePartition, Long> positions) {
            return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
        }

        private List<@Nullable FeatureValue> requestData(EventField field) {
            return RequestData.column(request, field);
        }

        private long[] instants(long now) {
            List<Long> asOf = request.asOfMicros();
            long[] instants = new long[rows];
            if (asOf.size() <= 1) {
                Arrays.fill(instants, asOf.isEmpty() ? now : asOf.getFirst());
            } else {
                Arrays.setAll(instants, asOf::get);
            }
            return instants;
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
        var keys = new RequestKeys(request, rows);
        RequestData.check(request, plan);
        keys.check(plan);
        return new Prepared(plan, keys, request);
    }

    private ReadPlan plan(OnlineRequest request) {
        try {
            if (request.service().isPresent() && !request.features().isEmpty()) {
                throw new Refusal(
                        FeatureReason.MALFORMED_REQUEST,
                        "features and a feature service are given; one of them is possible");
            }
            List<String> features = request.service().map(catalog::featuresOf).orElse(request.features());
            return catalog.plan(features, request.fullNames());
        } catch (Refusal refusal) {
            if (request.unknownColumns() == OnlineRequest.UnknownColumns.REFUSE) {
                refuseMalformed(request);
            }
            definitions.requireCurrentFor(refusal);
            throw refusal;
        }
    }

    /** Names are looked at once they were not found: what was found is well-formed. */
    private static void refuseMalformed(OnlineRequest request) {
        request.service().ifPresent(name -> Names.require("A feature service", name));
        Names.requireReferences(request.features());
    }

    private static int rows(OnlineRequest request) {
        int rows = Columns.rows(List.of(request.entities(), request.requestData()));
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
}
