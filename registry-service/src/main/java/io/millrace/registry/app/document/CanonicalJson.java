package io.millrace.registry.app.document;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.registry.app.data.PlainJson;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One text for equal content: keys sorted by code unit, no white space, a number in the one shortest form of its value (5, 5.0 and 5e0
 * are {@code 5}). The order of lists is content.
 */
public final class CanonicalJson {
    private static final PlainJson WRITER = new PlainJson(CanonicalJson::sorted, CanonicalJson::leaf);
    private static final int MAX_ZEROS = 30;

    private CanonicalJson() {}

    /**
     * @param plain Map, List, String, Long, BigDecimal, Boolean or null, nested
     */
    public static String write(@Nullable Object plain) {
        return WRITER.write(plain);
    }

    /** SHA-256 over the UTF-8 of a text, lower-case hex. */
    public static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Keys by code unit. */
    private static Map<?, ?> sorted(Map<?, ?> map) {
        var sorted = new TreeMap<String, @Nullable Object>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
        return sorted;
    }

    private static void leaf(JsonGenerator json, Object plain) throws IOException {
        switch (plain) {
            case String text -> json.writeString(text);
            case Long number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(shortest(number));
            default -> throw new IllegalArgumentException("no JSON value: " + plain.getClass());
        }
    }

    private static String shortest(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return Math.abs(stripped.scale()) <= MAX_ZEROS ? stripped.toPlainString() : stripped.toString();
    }
}
