package io.millrace.edge.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A node as somebody wants it registered, unchecked.
 *
 * @param url empty for a node that only pushes
 */
public record NodeDraft(String id, String url, String domain, Duration interval) {
    /** Where a registration does not say. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    public static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    public static final Duration MAX_INTERVAL = Duration.ofDays(1);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern DOMAIN = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

    /** A fault of one field; {@code forbidden} where the address is well-formed but not allowed. */
    public record Fault(String field, String message, boolean forbidden) {}

    /** Whether a text can be a node's id: 1 to 128 of letters, digits, '.', '_', '-', and not dots alone. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches() && !text.equals(".") && !text.equals("..");
    }

    /** All that is wrong with this draft; empty where {@link #node} may be asked. */
    public List<Fault> faults(AddressGuard guard) {
        var faults = new ArrayList<Fault>();
        if (!isId(id)) {
            faults.add(new Fault("id", "must be 1 to 128 of letters, digits, '.', '_', '-'", false));
        }
        if (!DOMAIN.matcher(domain).matches()) {
            faults.add(new Fault("domain", "must be 1 to 64 of a-z, 0-9, '_', '-', beginning with a letter", false));
        }
        if (interval.compareTo(MIN_INTERVAL) < 0
                || interval.compareTo(MAX_INTERVAL) > 0
                || interval.toNanosPart() != 0) {
            faults.add(new Fault("interval", "must be 1 to 86400 whole seconds, was " + interval, false));
        }
        if (!url.isEmpty()) {
            urlFault(guard).ifPresent(faults::add);
        }
        return faults;
    }

    /** The node; only where {@link #faults} is empty. */
    public EdgeNode node() {
        return new EdgeNode(id, url.isEmpty() ? Optional.empty() : Optional.of(NodeUrl.parse(url)), domain, interval);
    }

    private Optional<Fault> urlFault(AddressGuard guard) {
        try {
            NodeUrl parsed = NodeUrl.parse(url);
            return parsed.literal()
                    .flatMap(address -> guard.objection(domain, address))
                    .map(objection -> new Fault("url", objection, true));
        } catch (IllegalArgumentException e) {
            return Optional.of(new Fault("url", String.valueOf(e.getMessage()), false));
        }
    }
}
