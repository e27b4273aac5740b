package io.millrace.inference.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * JSON as UTF-8 in one buffer that is used again, without white space. It puts the commas; that objects and arrays are closed is its user's affair. Names are
 * few and are kept as they are written. Not thread-safe.
 */
final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    /** The least {@code long} has 20 characters. */
    private static final int MOST_OF_A_LONG = 20;

    private final Map<String, byte[]> names = new HashMap<>();
    private byte[] bytes = new byte[256];
    private int length;

    /** Begins anew. */
    void reset() {
        length = 0;
    }

    /** A copy of what was written. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    JsonBytes beginObject() {
        separate(1);
        bytes[length++] = '{';
        return this;
    }

    JsonBytes endObject() {
        room(1);
        bytes[length++] = '}';
        return this;
    }

    JsonBytes beginArray() {
        separate(1);
        bytes[length++] = '[';
        return this;
    }

    JsonBytes endArray() {
        room(1);
        bytes[length++] = ']';
        return this;
    }

    /** A member's name; its value follows. */
    JsonBytes name(String name) {
        byte[] known = names.get(name);
        if (known == null) {
            var writer = new JsonBytes();
            writer.text(name);
            writer.room(1);
            writer.bytes[writer.length++] = ':';
            known = writer.toBytes();
            names.put(name, known);
        }
        return written(known);
    }

    /** Values, or members with their names, that were written before; nothing where there are none. */
    JsonBytes written(byte[] before) {
        if (before.length > 0) {
            separate(before.length);
            System.arraycopy(before, 0, bytes, length, before.length);
            length += before.length;
        }
        return this;
    }

    JsonBytes text(String text) {
        int characters = text.length();
        // A character takes six bytes at most: an escaped one.
        separate(6 * characters + 2);
        bytes[length++] = '"';
        for (int i = 0; i < characters; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                i += wide(text, i, c);
            } else if (c < ' ' || c == '"' || c == '\\') {
                escaped(c);
            } else {
                bytes[length++] = (byte) c;
            }
        }
        bytes[length++] = '"';
        return this;
    }

    JsonBytes number(long number) {
        separate(MOST_OF_A_LONG);
        if (number == Long.MIN_VALUE) {
            return ascii(Long.toString(number));
        }
        long rest = Math.abs(number);
        int end = length + (number < 0 ? 1 : 0) + digits(rest);
        int at = end;
        do {
            bytes[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            bytes[--at] = '-';
        }
        length = end;
        return this;
    }

    /** As {@link Double#toString} has it, which reads back as the same number; what is not finite as text. */
    JsonBytes number(double number) {
        String text = Double.toString(number);
        if (!Double.isFinite(number)) {
            return text(text);
        }
        separate(text.length());
        return ascii(text);
    }

    JsonBytes flag(boolean flag) {
        separate(5);
        return ascii(flag ? "true" : "false");
    }

    private JsonBytes ascii(String text) {
        int characters = text.length();
        for (int i = 0; i < characters; i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
        return this;
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** Writes a character beyond ASCII; half a character becomes a question mark, as in {@link String#getBytes}. Says how many more of the text it took. */
    private int wide(String text, int at, char c) {
        if (c < 0x800) {
            bytes[length++] = (byte) (0xc0 | c >> 6);
        } else if (!Character.isSurrogate(c)) {
            bytes[length++] = (byte) (0xe0 | c >> 12);
            bytes[length++] = (byte) (0x80 | c >> 6 & 0x3f);
        } else if (Character.isHighSurrogate(c)
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1))) {
            int point = Character.toCodePoint(c, text.charAt(at + 1));
            bytes[length++] = (byte) (0xf0 | point >> 18);
            bytes[length++] = (byte) (0x80 | point >> 12 & 0x3f);
            bytes[length++] = (byte) (0x80 | point >> 6 & 0x3f);
            bytes[length++] = (byte) (0x80 | point & 0x3f);
            return 1;
        } else {
            bytes[length++] = '?';
            return 0;
        }
        bytes[length++] = (byte) (0x80 | c & 0x3f);
        return 0;
    }

    private void escaped(char c) {
        bytes[length++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[length++] = (byte) c;
            case '\b' -> bytes[length++] = 'b';
            case '\t' -> bytes[length++] = 't';
            case '\n' -> bytes[length++] = 'n';
            case '\f' -> bytes[length++] = 'f';
            case '\r' -> bytes[length++] = 'r';
            default -> {
                bytes[length++] = 'u';
                bytes[length++] = '0';
                bytes[length++] = '0';
                bytes[length++] = HEX[c >> 4];
                bytes[length++] = HEX[c & 0xf];
            }
        }
    }

    /** Makes room for a name or a value, with a comma where one is due. */
    private void separate(int size) {
        room(size + 1);
        if (length > 0) {
            byte last = bytes[length - 1];
            if (last != '{' && last != '[' && last != ':') {
                bytes[length++] = ',';
            }
        }
    }

    private void room(int size) {
        if (bytes.length - length < size) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, size), bytes.length * 2));
        }
    }
}
