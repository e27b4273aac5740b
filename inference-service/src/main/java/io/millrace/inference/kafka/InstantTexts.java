package io.millrace.inference.kafka;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Instants as {@link Instant#toString()} writes them, several times as fast where their seconds were seen lately, as those of a stream were. Not thread-safe. */
final class InstantTexts {
    private static final int KEPT = 64;
    private static final int MICROS = 1_000_000;

    private final long[] seconds = new long[KEPT];
    private final @Nullable String[] texts = new @Nullable String[KEPT];

    /** @param micros since the epoch */
    String of(long micros) {
        String whole = whole(Math.floorDiv(micros, MICROS));
        int fraction = (int) Math.floorMod(micros, MICROS);
        if (fraction == 0) {
            return whole;
        }
        boolean millis = fraction % 1_000 == 0;
        int digits = millis ? 3 : 6;
        int rest = millis ? fraction / 1_000 : fraction;
        int length = whole.length() - 1;
        var text = new char[length + digits + 2];
        whole.getChars(0, length, text, 0);
        text[length] = '.';
        for (int at = length + digits; at > length; at--) {
            text[at] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        text[length + digits + 1] = 'Z';
        return new String(text);
    }

    /** The second's text, which ends with {@code Z}. */
    private String whole(long second) {
        int slot = (int) (second & KEPT - 1);
        String known = texts[slot];
        if (known != null && seconds[slot] == second) {
            return known;
        }
        String text = Instant.ofEpochSecond(second).toString();
        seconds[slot] = second;
        texts[slot] = text;
        return text;
    }
}
