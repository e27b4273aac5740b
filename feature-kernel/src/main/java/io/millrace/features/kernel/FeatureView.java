package io.millrace.features.kernel;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One version of a feature view, checked: what a definition file says after all faults were refused.
 *
 * @param tags free words by key, in the order of the definition
 * @param entity the entity's name; its join keys stand here whether the view declares them or the {@link Entity} of that name does
 * @param contract the contract of the data product that feeds the view
 * @param fields the event fields that features and conditions use, in the order in which {@link FeatureEvent#fields} has them
 * @param ttl how long a value may be served after its event time, inclusive; empty for ever
 * @param retention how far before the newest applied event an {@code as_of} may lie
 * @param allowedLateness an event whose time is more than this before the largest event time at smaller offsets of its partition is late; empty:
 *     nothing is late
 * @param yaml the definition as its author wrote it
 */
public record FeatureView(
        ViewId id,
        String description,
        String owner,
        Map<String, String> tags,
        String entity,
        List<JoinKey> joinKeys,
        Source source,
        Optional<Contract> contract,
        List<EventField> fields,
        List<Feature> features,
        Optional<Duration> ttl,
        Duration retention,
        Optional<Duration> allowedLateness,
        String yaml)
        implements NamedView {
    public FeatureView {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        joinKeys = List.copyOf(joinKeys);
        fields = List.copyOf(fields);
        features = List.copyOf(features);
    }

    /**
     * The view as if it had these features alone, for work that never asks for the others.
     *
     * @param places of features in this view, in the order of the new one
     */
    public FeatureView only(int[] places) {
        List<Feature> chosen = Arrays.stream(places).mapToObj(features::get).toList();
        return new FeatureView(
                id,
                description,
                owner,
                tags,
                entity,
                joinKeys,
                source,
                contract,
                fields,
                chosen,
                ttl,
                retention,
                allowedLateness,
                yaml);
    }

    /** Whether some feature may look at a field of the event. */
    public boolean uses(EventField field) {
        Pattern word = Pattern.compile("\\b" + Pattern.quote(field.name()) + "\\b");
        return features.stream().anyMatch(feature -> switch (feature.computation()) {
            case Computation.Latest(String of) -> of.equals(field.name());
            case Computation.Aggregated of ->
                of.field().filter(field.name()::equals).isPresent()
                        || of.where()
                                .filter(where -> word.matcher(where).find())
                                .isPresent();
        });
    }

    /** The data product whose contract describes what feeds a view. */
    public record Contract(String domain, String name) {}

    /** A join key and the event field that holds it. */
    public record JoinKey(String name, ValueType type, String field) {}

    /**
     * A field of the event.
     *
     * @param dimension how many elements a vector has; 0 for the other types
     */
    public record EventField(String name, ValueType type, int dimension) {
        /** The most elements of a vector. */
        public static final int MAX_DIMENSION = 4_096;

        /** A field of a type other than a vector. */
        public EventField(String name, ValueType type) {
            this(name, type, 0);
        }
    }

    /** Where a view's events come from. */
    public sealed interface Source {
        /** A Kafka topic. */
        record Topic(String topic, String timestampField, TimeUnitOfField unit, RecordFormat format) implements Source {
            /** In place of a field's name: the event's time is the timestamp that Kafka keeps beside each record. */
            public static final String TIME_OF_RECORD = "";

            public boolean isTimeOfRecord() {
                return timestampField.equals(TIME_OF_RECORD);
            }

            /** A topic of JSON objects. */
            public Topic(String topic, String timestampField, TimeUnitOfField unit) {
                this(topic, timestampField, unit, RecordFormat.JSON);
            }
        }

        /** Rows pushed to the service, which keeps them in a log of its own. */
        record Push() implements Source {}

        /**
         * A table of rows, which a materialisation puts into the service's own log of rows.
         *
         * @param created the column that says when a row was made: of two rows of equal event time the later made one counts
         */
        record Batch(Table table, TimeColumn timestamp, Optional<TimeColumn> created) implements Source {}
    }

    /** Where a batch source's rows are. */
    public sealed interface Table {
        /** Parquet or CSV files; the path may have wildcards. */
        record Files(String path) implements Table {}

        /**
         * The rows of a query.
         *
         * @param connection the name of the configured database
         */
        record Query(String sql, String connection) implements Table {}
    }

    /** A column that holds an instant. */
    public record TimeColumn(String field, TimeUnitOfField unit) {}

    /** How an event's timestamp field is written. */
    public enum TimeUnitOfField {
        RFC3339,
        S,
        MS,
        US
    }

    /**
     * A feature and how it comes from events.
     *
     * @param metric how far two vectors are apart; empty for the other types
     */
    public record Feature(String name, ValueType type, Computation computation, Optional<VectorMetric> metric) {
        /** A feature of a type other than a vector. */
        public Feature(String name, ValueType type, Computation computation) {
            this(name, type, computation, Optional.empty());
        }
    }

    /** How a feature's value comes from events. */
    public sealed interface Computation {
        /** The field's value in the newest event. */
        record Latest(String field) implements Computation {}

        /**
         * A fold over the events of a sliding window.
         *
         * @param field the folded field; empty for rate, and for a count of all events (a count with a field counts its values that are not null)
         * @param where CEL over the event's fields; empty for all events. A rate is the share of the window's events that meet it
         * @param window {@link #UNBOUNDED} for all events that there ever were
         * @param hop the step of the window's tail: a read at T covers events with floor(T − window, hop) &lt; time ≤ T; zero for an unbounded window, which has
         *     no tail
         */
        record Aggregated(
                Aggregate aggregate,
                Optional<String> field,
                Optional<String> where,
                Duration window,
                Duration hop,
                Parameters parameters)
                implements Computation {
            /** The window of all events. */
            public static final Duration UNBOUNDED = Duration.ofSeconds(Long.MAX_VALUE);

            /** A fold that takes no parameters. */
            public Aggregated(
                    Aggregate aggregate,
                    Optional<String> field,
                    Optional<String> where,
                    Duration window,
                    Duration hop) {
                this(aggregate, field, where, window, hop, Parameters.NONE);
            }

            public boolean isUnbounded() {
                return window.equals(UNBOUNDED);
            }
        }
    }

    /**
     * What some folds are told beside their field.
     *
     * @param quantiles from 0 to 1, of a quantile; else empty
     * @param k how many values or categories first_k, last_k and top_k give; else 0
     * @param categories how many different categories top_k and histogram keep; else 0
     * @param population whether variance and stddev divide by n; by n − 1 where not
     */
    public record Parameters(List<Double> quantiles, int k, int categories, boolean population) {
        /** No parameters. */
        public static final Parameters NONE = new Parameters(List.of(), 0, 0, false);

        public Parameters {
            quantiles = List.copyOf(quantiles);
        }
    }

    /** The folds. */
    public enum Aggregate {
        COUNT,
        SUM,
        MEAN,
        MIN,
        MAX,
        VARIANCE,
        STDDEV,
        RATE,
        FIRST,
        LAST,
        FIRST_K,
        LAST_K,
        DISTINCT_COUNT,
        QUANTILE,
        TOP_K,
        HISTOGRAM
    }
}
