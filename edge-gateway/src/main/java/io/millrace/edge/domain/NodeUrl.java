package io.millrace.edge.domain;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a node answers: {@code http[s]://host[:port][/path]}. Narrower than RFC 3986 on purpose: no user, query, fragment, percent sign or dot segment, and a
 * host that is a name or a plainly written address.
 *
 * @param host lower case; an IPv6 address without brackets
 * @param path begins with '/', or is empty
 * @param literal the host where it is an address
 */
public record NodeUrl(boolean tls, String host, int port, String path, Optional<InetAddress> literal) {
    private static final int MAX_LENGTH = 512;
    private static final Pattern FORM = Pattern.compile(
            "(https?)://(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?((?:/[A-Za-z0-9._~-]+)*)/?");
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    /**
     * @throws IllegalArgumentException with what is wrong
     */
    public static NodeUrl parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (text.length() > MAX_LENGTH || !matcher.matches()) {
            throw new IllegalArgumentException("must be http[s]://host[:port][/path] of at most " + MAX_LENGTH
                    + " characters, without user, query, fragment or percent sign");
        }
        boolean tls = matcher.group(1).equals("https");
        String path = matcher.group(4);
        for (String segment : path.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("must not have dot segments in its path");
            }
        }
        return new NodeUrl(tls, host(matcher.group(2)), port(matcher.group(3), tls), path, literal(matcher.group(2)));
    }

    private static int port(@Nullable String digits, boolean tls) {
        if (digits == null) {
            return tls ? 443 : 80;
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("must have a port of 1 to 65535, was " + port);
        }
        return port;
    }

    private static String host(String text) {
        return text.startsWith("[")
                ? text.substring(1, text.length() - 1).toLowerCase(Locale.ROOT)
                : text.toLowerCase(Locale.ROOT);
    }

    private static Optional<InetAddress> literal(String text) {
        String host = host(text);
        Optional<InetAddress> address = AddressLiteral.parse(host);
        if (address.isPresent() && text.startsWith("[") == host.contains(":")) {
            return address;
        }
        if (text.startsWith("[") || AddressLiteral.endsInNumber(host)) {
            throw new IllegalArgumentException(
                    "must write an address plainly (four decimal numbers, or IPv6 that is not mapped), was '" + text
                            + "'");
        }
        if (!NAME.matcher(host).matches()) {
            throw new IllegalArgumentException("must have a host name or address, was '" + text + "'");
        }
        return Optional.empty();
    }

    /** The host as a URL has it. */
    public String authority() {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? shown : shown + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority() + path;
    }
}
