package io.millrace.registry.domain.validation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The named formats of strings and numbers that are checked. A format that is not known here says nothing about a value. */
public final class Formats {
    /** Widths of the integer formats, in Rust's words. */
    public static final Set<String> INTEGERS =
            Set.of("i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128");

    public static final Set<String> NUMBERS = Set.of("f32", "f64");

    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");
    private static final Pattern MAILBOX = Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}");
    private static final Pattern HEX_GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");

    private static final Map<String, Predicate<String>> STRINGS = Map.of(
            "email", Formats::isEmail,
            "uuid", text -> UUID.matcher(text).matches(),
            "uri", Formats::isUri,
            "hostname", Formats::isHostname,
            "ipv4", Formats::isIpv4,
            "ipv6", Formats::isIpv6);

    private Formats() {}

    /** How a string of the format is recognised; empty for formats that are only a hint (password, byte, binary and any other). */
    static Optional<Predicate<String>> ofString(String format) {
        return Optional.ofNullable(STRINGS.get(format));
    }

    /** Whether a whole number fits {@code i8} to {@code u128}, a number {@code f32} or {@code f64}. */
    static boolean fits(String format, Number number) {
        BigDecimal decimal = Values.decimal(number);
        if (NUMBERS.contains(format)) {
            double bound = "f32".equals(format) ? Float.MAX_VALUE : Double.MAX_VALUE;
            return decimal.abs().compareTo(BigDecimal.valueOf(bound)) <= 0;
        }
        if (!INTEGERS.contains(format)) {
            return true;
        }
        int bits = Integer.parseInt(format.substring(1));
        BigInteger whole = decimal.toBigInteger();
        return format.startsWith("u") ? whole.signum() >= 0 && whole.bitLength() <= bits : whole.bitLength() < bits;
    }

    private static boolean isEmail(String text) {
        int at = text.lastIndexOf('@');
        return at > 0
                && text.length() <= 254
                && MAILBOX.matcher(text.substring(0, at)).matches()
                && isHostname(text.substring(at + 1));
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isHostname(String text) {
        if (text.isEmpty() || text.length() > 253) {
            return false;
        }
        for (String label : text.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            boolean digits = !part.isEmpty()
                    && part.length() <= 3
                    && part.chars().allMatch(c -> c >= '0' && c <= '9')
                    && (part.length() == 1 || part.charAt(0) != '0');
            if (!digits || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    /** RFC 4291, section 2.2, without zone. */
    private static boolean isIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text) == 8;
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        String head = text.substring(0, gap);
        String tail = text.substring(gap + 2);
        int before = head.isEmpty() ? 0 : groups(head);
        int after = tail.isEmpty() ? 0 : groups(tail);
        return before >= 0 && after >= 0 && before + after <= 7 && (head.isEmpty() || head.indexOf('.') < 0);
    }

    /** Number of 16-bit groups, an IPv4 address at the end being two; -1 where one is malformed. */
    private static int groups(String text) {
        String[] parts = text.split(":", -1);
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && isIpv4(parts[i])) {
                count += 2;
            } else if (HEX_GROUP.matcher(parts[i]).matches()) {
                count++;
            } else {
                return -1;
            }
        }
        return count;
    }
}
