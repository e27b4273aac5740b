package io.millrace.edge.app;

import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.Cidr;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.edge.domain.Summary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Makings of tests: a store in memory, drafts, pushes. */
public final class Nodes {
    public static final AddressGuard GUARD = new AddressGuard(Map.of("airports", List.of(Cidr.parse("127.0.0.0/8"))));

    private Nodes() {}

    /** Keeps nodes in memory. */
    public static final class Store implements NodeStore {
        private final Map<String, RegisteredNode> nodes = new LinkedHashMap<>();

        @Override
        public List<RegisteredNode> load() {
            return new ArrayList<>(nodes.values());
        }

        @Override
        public void put(List<RegisteredNode> changed) {
            changed.forEach(node -> nodes.put(node.node().id(), node));
        }

        @Override
        public void remove(String id) {
            nodes.remove(id);
        }
    }

    public static NodeDraft pushing(String id) {
        return new NodeDraft(id, "", "airports", Duration.ofSeconds(10));
    }

    public static NodeDraft pulled(String id, String url) {
        return new NodeDraft(id, url, "airports", Duration.ofSeconds(10));
    }

    public static Summary summary(long records, double quality) {
        return new Summary(records, quality, Instant.parse("2020-05-05T05:05:05Z"), "{}");
    }

    public static Push push(long sequence) {
        return new Push(summary(sequence, 0.5), 0, OptionalLong.of(sequence), Optional.empty());
    }

    public static Push event(String source, String id) {
        return new Push(summary(1, 0.5), 0, OptionalLong.empty(), Optional.of(new Push.Event(source, id)));
    }
}
