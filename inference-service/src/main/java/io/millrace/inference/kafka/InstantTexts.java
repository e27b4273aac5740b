package io.millrace.inference.kafka;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Instants as {@link Instant#toString()} writes them, several times as fast where their seconds were seen lately, as those of a stream were. Not thread-safe. */
final class InstantTexts {
    private static final int KEPT = 64;
    private static final int MICROS = 1_000_000;

    private final long[] seconds = new long[KEPT];
    private final @Nullable String[] texts = new @Nullable String[KEPT];
    private long last;
    private String text = Instant.EPOCH.toString();

    /** @param micros since the epoch */
    String of(long micros) {
        if (micros != last) {
            text = text(micros);
            last = micros;
        }
        return text;
    }

    private String text(long micros) {
        String whole = whole(Math.floorDiv(micros, MICROS));
        int fraction = (int) Math.floorMod(micros, MICROS);
        if (fraction == 0) {
            return whole;
        }
        boolean millis = fraction % 1_000 == 0;
        int digits = millis ? 3 : 6;
        int rest = millis ? fraction / 1_000 : fraction;
        int length = whole.length() - 1;
        var instant = new char[length + digits + 2];
        whole.getChars(0, length, instant, 0);
        instant[length] = '.';
        for (int at = length + digits; at > length; at--) {
            instant[at] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        instant[length + digits + 1] = 'Z';
        return new String(instant);
    }

    /** The second's text, which ends with {@code Z}. */
    private String whole(long second) {
        int slot = (int) (second & KEPT - 1);
        String known = texts[slot];
        if (known != null && seconds[slot] == second) {
            return known;
        }
        String made = Instant.ofEpochSecond(second).toString();
        seconds[slot] = second;
        texts[slot] = made;
        return made;
    }
}
