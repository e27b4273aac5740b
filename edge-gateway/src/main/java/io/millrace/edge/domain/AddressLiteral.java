package io.millrace.edge.domain;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * IP addresses as they are plainly written: four decimal numbers without leading zeros, or IPv6 in hexadecimal groups. Everything else that some resolver
 * would take for an address (decimal, octal, hexadecimal, shortened, mapped) is recognised as odd, so that it can be refused rather than guessed.
 */
final class AddressLiteral {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]{2,39}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");

    private AddressLiteral() {}

    /** The address; empty where the text is not a plainly written one. Never asks a resolver. */
    static Optional<InetAddress> parse(String text) {
        if (!V4.matcher(text).matches()
                && !(text.contains(":") && V6.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            // A text of this form is parsed, never looked up.
            InetAddress address = InetAddress.getByName(text);
            boolean mapped = text.contains(":") && !(address instanceof Inet6Address);
            return mapped ? Optional.empty() : Optional.of(address);
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }

    /** Whether a host looks like a number to some resolver: its last label is one (the rule of the WHATWG URL standard, "ends in a number"). */
    static boolean endsInNumber(String host) {
        String trimmed = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String last = trimmed.substring(trimmed.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return NUMBER.matcher(last).matches();
    }
}
