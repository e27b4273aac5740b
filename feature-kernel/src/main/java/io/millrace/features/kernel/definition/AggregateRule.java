package io.millrace.features.kernel.definition;

import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.ValueType;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a definition may say of one aggregate, and what its author must know of it. docs/aggregates.md is generated from these.
 *
 * @param meaning what it gives, for people
 * @param inputs the types of field that it folds
 * @param parameters the keys that only some aggregates have
 * @param error how far its value may be from the true one
 * @param empty its value where the window has no value
 * @param state bytes of its state in a tile
 */
record AggregateRule(
        String meaning,
        FieldUse field,
        Set<ValueType> inputs,
        Result result,
        Set<Parameter> parameters,
        String error,
        String empty,
        String state) {
    private static final Set<ValueType> NUMBERS = EnumSet.of(ValueType.INT64, ValueType.DOUBLE);
    private static final Set<ValueType> ORDERED = EnumSet.of(ValueType.INT64, ValueType.DOUBLE, ValueType.TIMESTAMP);
    private static final Set<ValueType> CATEGORIES = EnumSet.of(ValueType.BOOL, ValueType.INT64, ValueType.STRING);
    private static final Set<ValueType> SCALARS = EnumSet.of(
            ValueType.BOOL, ValueType.INT64, ValueType.DOUBLE, ValueType.STRING, ValueType.BYTES, ValueType.TIMESTAMP);
    private static final Set<Parameter> NONE = EnumSet.noneOf(Parameter.class);
    private static final String EXACT = "exact";
    private static final String NULL = "null";
    private static final String EMPTY_LIST = "empty list";

    /** Whether it has a field. */
    enum FieldUse {
        NEEDED,
        OPTIONAL,
        /** It counts events, not values; it has a condition instead. */
        NONE
    }

    /** The type of its value. */
    enum Result {
        INT64,
        DOUBLE,
        SAME,
        LIST_OF_SAME,
        COUNTS,
        /** A double for one q, a list of doubles for a list of them. */
        DOUBLES
    }

    /** A key beside field, where, window and hop. */
    enum Parameter {
        Q("q", "from 0 to 1; or a list of at most 100 of them"),
        K("k", "from 1 to 100"),
        CATEGORIES("categories", "from 1 to 10000, 1000 where it is left out"),
        OF("of", "sample (divides by n − 1) or population (divides by n), sample where it is left out");

        private final String key;
        private final String bounds;

        Parameter(String key, String bounds) {
            this.key = key;
            this.bounds = bounds;
        }

        String key() {
            return key;
        }

        String bounds() {
            return bounds;
        }
    }

    static AggregateRule of(Aggregate aggregate) {
        return switch (aggregate) {
            case COUNT ->
                new AggregateRule(
                        "events; with a field its values that are not null",
                        FieldUse.OPTIONAL,
                        SCALARS,
                        Result.INT64,
                        NONE,
                        EXACT,
                        "0",
                        "1–9");
            case RATE ->
                new AggregateRule(
                        "the share of the events that meet `where`, from 0 to 1",
                        FieldUse.NONE,
                        EnumSet.noneOf(ValueType.class),
                        Result.DOUBLE,
                        NONE,
                        "one rounding",
                        NULL,
                        "2–18");
            case SUM, MEAN, VARIANCE, STDDEV -> moments(aggregate);
            case MIN, MAX, FIRST, LAST -> single(aggregate);
            case FIRST_K, LAST_K, TOP_K, HISTOGRAM -> several(aggregate);
            case DISTINCT_COUNT ->
                new AggregateRule(
                        "different values; 0 and −0 are one, and so is NaN",
                        FieldUse.NEEDED,
                        SCALARS,
                        Result.INT64,
                        NONE,
                        "exact up to 256, above a standard error of 1.6 %",
                        "0",
                        "2 + 8 for each value up to 256, then 600–3,073");
            case QUANTILE ->
                new AggregateRule(
                        "the value at place ⌊q·(n − 1)⌋ of the sorted values; NaN stands above all",
                        FieldUse.NEEDED,
                        NUMBERS,
                        Result.DOUBLES,
                        EnumSet.of(Parameter.Q),
                        "1/128 of the value (what is nearer to 0 than 10⁻¹⁹ of the largest magnitude counts as that)",
                        NULL,
                        "4 + 3–6 for each bucket in use; a bucket is 1/64 of an octave wide");
        };
    }

    private static AggregateRule moments(Aggregate aggregate) {
        return switch (aggregate) {
            case SUM ->
                new AggregateRule(
                        "the sum",
                        FieldUse.NEEDED,
                        NUMBERS,
                        Result.SAME,
                        NONE,
                        "of doubles the exact sum rounded once; of int64 exact, null beyond 64 bits (counted)",
                        "0",
                        "3–19, of doubles some 17");
            case MEAN ->
                new AggregateRule(
                        "the sum divided by the number of values",
                        FieldUse.NEEDED,
                        NUMBERS,
                        Result.DOUBLE,
                        NONE,
                        "the exact sum rounded once, the quotient once",
                        NULL,
                        "that of the sum, shared with it");
            case VARIANCE ->
                new AggregateRule(
                        "n·Σx² − (Σx)² over n·(n − 1), or over n² (`of: population`); NaN where a value is NaN or infinite",
                        FieldUse.NEEDED,
                        NUMBERS,
                        Result.DOUBLE,
                        EnumSet.of(Parameter.OF),
                        "computed exactly and rounded once",
                        "null; of a sample of one too",
                        "some 40");
            default ->
                new AggregateRule(
                        "the square root of the variance",
                        FieldUse.NEEDED,
                        NUMBERS,
                        Result.DOUBLE,
                        EnumSet.of(Parameter.OF),
                        "the root of the variance's 53 bits, rounded once",
                        "null; of a sample of one too",
                        "that of the variance, shared with it");
        };
    }

    private static AggregateRule single(Aggregate aggregate) {
        boolean extreme = aggregate == Aggregate.MIN || aggregate == Aggregate.MAX;
        String meaning =
                switch (aggregate) {
                    case MIN -> "the smallest value; −0 below 0, NaN above all";
                    case MAX -> "the largest value; −0 below 0, NaN above all";
                    case FIRST -> "the value of the oldest event with one";
                    default -> "the value of the newest event with one";
                };
        return new AggregateRule(
                meaning,
                FieldUse.NEEDED,
                extreme ? ORDERED : SCALARS,
                Result.SAME,
                NONE,
                EXACT,
                NULL,
                extreme ? "1–9" : "some 40 and the value");
    }

    private static AggregateRule several(Aggregate aggregate) {
        String overflow = "exact up to `categories` different values of at most 1,024 characters; null above (counted)";
        String categories = "2 + for each category its length and 2–10";
        return switch (aggregate) {
            case TOP_K ->
                new AggregateRule(
                        "the k most frequent values, the most frequent first, of equally frequent ones the smaller first",
                        FieldUse.NEEDED,
                        CATEGORIES,
                        Result.LIST_OF_SAME,
                        EnumSet.of(Parameter.K, Parameter.CATEGORIES),
                        overflow,
                        EMPTY_LIST,
                        categories);
            case HISTOGRAM ->
                new AggregateRule(
                        "how often each value came, by its text",
                        FieldUse.NEEDED,
                        CATEGORIES,
                        Result.COUNTS,
                        EnumSet.of(Parameter.CATEGORIES),
                        overflow,
                        "empty map",
                        categories);
            default ->
                new AggregateRule(
                        aggregate == Aggregate.FIRST_K
                                ? "the values of the k oldest events with one, the oldest first"
                                : "the values of the k newest events with one, the newest first",
                        FieldUse.NEEDED,
                        SCALARS,
                        Result.LIST_OF_SAME,
                        EnumSet.of(Parameter.K),
                        EXACT,
                        EMPTY_LIST,
                        "some 30 + for each of up to k values itself and 8–20");
        };
    }

    /** The type of the field, as the type of the feature has it where the document does not say; empty where it does not follow. */
    Optional<ValueType> inferredInput(ValueType type) {
        return switch (result) {
            case SAME -> Optional.of(type);
            case LIST_OF_SAME -> type.element();
            case DOUBLE, DOUBLES -> Optional.of(ValueType.DOUBLE);
            case INT64, COUNTS -> Optional.empty();
        };
    }

    /** The type that the feature must have over a field of this type; empty where it does not follow. */
    Optional<ValueType> outputOf(Optional<ValueType> input, boolean many) {
        return switch (result) {
            case INT64 -> Optional.of(ValueType.INT64);
            case DOUBLE -> Optional.of(ValueType.DOUBLE);
            case SAME -> input;
            case LIST_OF_SAME -> input.flatMap(ValueType::list);
            case COUNTS -> Optional.of(ValueType.INT64_MAP);
            case DOUBLES -> Optional.of(many ? ValueType.DOUBLE_LIST : ValueType.DOUBLE);
        };
    }

    /** How a message speaks of its value. */
    String described(Aggregate aggregate) {
        String word = aggregate.name().toLowerCase(Locale.ROOT);
        return switch (result) {
            case SAME, LIST_OF_SAME -> "the " + word + " of such a field";
            case INT64, DOUBLE, COUNTS, DOUBLES -> "a " + word.replace('_', ' ');
        };
    }
}
