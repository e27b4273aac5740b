package io.millrace.features.kernel;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The types of join keys, event fields and features. */
public enum ValueType {
    BOOL("bool"),
    INT64("int64"),
    DOUBLE("double"),
    STRING("string"),
    BYTES("bytes"),
    TIMESTAMP("timestamp"),
    BOOL_LIST("list<bool>"),
    INT64_LIST("list<int64>"),
    DOUBLE_LIST("list<double>"),
    STRING_LIST("list<string>"),
    BYTES_LIST("list<bytes>"),
    TIMESTAMP_LIST("list<timestamp>"),
    /** From texts to whole numbers. */
    INT64_MAP("map<int64>"),
    /** Finite 32-bit floats, as many as the field or feature declares. */
    VECTOR("vector");

    private static final Map<String, ValueType> BY_WORD = byWord();

    private final String word;

    ValueType(String word) {
        this.word = word;
    }

    /** How definitions write it. */
    public String word() {
        return word;
    }

    /** Every type by its word, in order. */
    public static Map<String, ValueType> words() {
        return BY_WORD;
    }

    /** The type of a list's elements; empty for what is no list. */
    public Optional<ValueType> element() {
        return switch (this) {
            case BOOL_LIST -> Optional.of(BOOL);
            case INT64_LIST -> Optional.of(INT64);
            case DOUBLE_LIST -> Optional.of(DOUBLE);
            case STRING_LIST -> Optional.of(STRING);
            case BYTES_LIST -> Optional.of(BYTES);
            case TIMESTAMP_LIST -> Optional.of(TIMESTAMP);
            case BOOL, INT64, DOUBLE, STRING, BYTES, TIMESTAMP, INT64_MAP, VECTOR -> Optional.empty();
        };
    }

    /** Lists whose elements are of this type; empty where there are none. */
    public Optional<ValueType> list() {
        return Arrays.stream(values())
                .filter(type -> type.element().filter(this::equals).isPresent())
                .findFirst();
    }

    /** Neither a list nor a map nor a vector. */
    public boolean isScalar() {
        return switch (this) {
            case BOOL, INT64, DOUBLE, STRING, BYTES, TIMESTAMP -> true;
            case BOOL_LIST, INT64_LIST, DOUBLE_LIST, STRING_LIST, BYTES_LIST, TIMESTAMP_LIST, INT64_MAP, VECTOR ->
                false;
        };
    }

    private static Map<String, ValueType> byWord() {
        var words = new LinkedHashMap<String, ValueType>();
        for (ValueType type : values()) {
            words.put(type.word(), type);
        }
        return Collections.unmodifiableMap(words);
    }
}
