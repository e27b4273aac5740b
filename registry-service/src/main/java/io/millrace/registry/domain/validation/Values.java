package io.millrace.registry.domain.validation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Comparison and identity of cells. */
public final class Values {
    private static final int LONG_TEXT = 64;

    private Values() {}

    /** A null that can be part of a key. */
    private enum Nothing {
        NULL
    }

    /** A long text by its SHA-256, so that keys stay small. */
    private record TextDigest(String sha256) {}

    /** Compares two numbers, or two values of one type of java.time. */
    @SuppressWarnings("unchecked") // both come from one cast of Casts, so they are of one comparable type
    public static int compare(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if (left instanceof Number a && right instanceof Number b) {
            return decimal(a).compareTo(decimal(b));
        }
        return ((Comparable<Object>) left).compareTo(right);
    }

    /** A finite number without loss. */
    public static BigDecimal decimal(Number number) {
        return switch (number) {
            case BigDecimal decimal -> decimal;
            case BigInteger integer -> new BigDecimal(integer);
            case Double d -> BigDecimal.valueOf(d);
            default -> BigDecimal.valueOf(number.longValue());
        };
    }

    /** Equal for equal values: 5, 5.0 and 5.00 have one key, 5 and "5" two. Long texts are held as their SHA-256. */
    static Object key(@Nullable Object value) {
        return switch (value) {
            case null -> Nothing.NULL;
            case Double d when !Double.isFinite(d) -> d;
            case Long l -> l;
            case Number number -> numberKey(decimal(number));
            case String text when text.length() > LONG_TEXT -> new TextDigest(sha256(text));
            case List<?> list -> listKey(list);
            case Map<?, ?> map -> mapKey(map);
            default -> value;
        };
    }

    static Object listKey(List<?> list) {
        var keys = new ArrayList<Object>(list.size());
        list.forEach(item -> keys.add(key(item)));
        return keys;
    }

    private static Object mapKey(Map<?, ?> map) {
        var keys = new TreeMap<String, Object>();
        map.forEach((name, value) -> keys.put(String.valueOf(name), key(value)));
        return keys;
    }

    private static Object numberKey(BigDecimal decimal) {
        BigDecimal stripped = decimal.stripTrailingZeros();
        if (stripped.scale() <= 0 && stripped.precision() - stripped.scale() <= 18) {
            return stripped.longValueExact();
        }
        return stripped;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
