package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code edge-nodes.yaml}: the nodes whose summaries edge-gateway collects. */
public final class EdgeNodes {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private EdgeNodes() {}

    /**
     * One node.
     *
     * @param url where it answers; empty where it only pushes
     * @param place where its id stands
     */
    public record Node(String id, Optional<URI> url, String domain, Duration interval, Place place) {}

    /** The nodes of the file; what is wrong is added to {@code faults}. */
    public static List<Node> read(DefinitionFile file, Faults faults) {
        var nodes = new ArrayList<Node>();
        for (MapNode document : Yaml.documents(file, faults)) {
            document.string("kind", Pattern.compile("EdgeNodes"), "EdgeNodes");
            for (MapNode entry : document.maps("nodes")) {
                String id = entry.string("id", ID, "1 to 128 of letters, digits, '.', '_' and '-'");
                Optional<URI> url = entry.optionalString("url").flatMap(text -> url(entry, text));
                String domain = entry.string("domain");
                Duration interval = entry.optionalDuration("interval").orElse(Duration.ofSeconds(10));
                if (interval.toSeconds() < 1 || interval.toSeconds() > 86_400) {
                    entry.fault("interval", "'interval' must be 1s to 1d");
                }
                entry.refuseUnknownKeys();
                nodes.add(new Node(id, url, domain, interval, entry.placeOf("id")));
            }
            document.refuseUnknownKeys();
        }
        return nodes;
    }

    private static Optional<URI> url(MapNode entry, String text) {
        try {
            URI url = URI.create(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return Optional.of(url);
            }
        } catch (IllegalArgumentException notAnAddress) {
            entry.fault("url", "'url' is not an address: " + notAnAddress.getMessage());
            return Optional.empty();
        }
        entry.fault("url", "'url' must be http://… or https://…, was '" + text + "'");
        return Optional.empty();
    }
}
