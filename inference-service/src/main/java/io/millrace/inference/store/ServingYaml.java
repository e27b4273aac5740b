package io.millrace.inference.store;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.ModelServing;
import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.ModelServing.Batching;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads what {@code model.yaml} says of how its model is run. */
final class ServingYaml {
    private static final Duration MAX_DELAY = Duration.ofSeconds(10);
    private static final Duration MAX_TIME = Duration.ofDays(1);
    private static final int MAX_CONCURRENCY = 1_000;
    private static final int MAX_QUEUE = 1_000_000;
    private static final int MAX_ENTRIES = 10_000_000;

    private ServingYaml() {}

    static ModelServing read(MapNode root) {
        Optional<MapNode> queue = root.optionalMap("queue");
        OptionalInt queueSize =
                queue.map(node -> number(node, "max-size", 0, MAX_QUEUE)).orElse(OptionalInt.empty());
        Optional<Duration> queueTimeout = queue.flatMap(node -> time(node, "timeout", Duration.ofMillis(1), MAX_TIME));
        queue.ifPresent(MapNode::refuseUnknownKeys);
        return new ModelServing(
                root.optionalMap("batching").map(ServingYaml::batching),
                number(root, "concurrency", 1, MAX_CONCURRENCY),
                queueSize,
                queueTimeout,
                root.optionalMap("cache").map(ServingYaml::cache));
    }

    private static Batching batching(MapNode node) {
        if (!node.has("max-size")) {
            node.fault("max-size", "'max-size' is missing: the most rows that one run may have");
        }
        int size = number(node, "max-size", 2, ModelServing.MAX_BATCH).orElse(2);
        Duration delay = time(node, "max-delay", Duration.ZERO, MAX_DELAY).orElse(Duration.ZERO);
        Optional<Duration> p99 = node.optionalMap("objective").flatMap(objective -> {
            Optional<Duration> target = time(objective, "p99", Duration.ofMillis(1), MAX_TIME);
            if (!objective.has("p99")) {
                objective.fault("p99", "'p99' is missing: what 99 of 100 calls are to be answered within");
            }
            objective.refuseUnknownKeys();
            return target;
        });
        node.refuseUnknownKeys();
        return new Batching(size, delay, p99);
    }

    private static AnswerCaching cache(MapNode node) {
        if (!node.has("max-entries")) {
            node.fault("max-entries", "'max-entries' is missing: the most answers that are kept");
        }
        var caching = new AnswerCaching(
                number(node, "max-entries", 1, MAX_ENTRIES).orElse(1),
                time(node, "ttl", Duration.ofMillis(1), MAX_TIME.multipliedBy(365)));
        node.refuseUnknownKeys();
        return caching;
    }

    private static OptionalInt number(MapNode node, String key, int least, int most) {
        Optional<Long> value = node.optionalLong(key);
        if (value.isPresent() && (value.get() < least || value.get() > most)) {
            node.fault(key, "'" + key + "' must be " + least + " to " + most + ", was " + value.get());
            return OptionalInt.empty();
        }
        return value.map(number -> OptionalInt.of(number.intValue())).orElse(OptionalInt.empty());
    }

    private static Optional<Duration> time(MapNode node, String key, Duration least, Duration most) {
        Optional<Duration> value = node.optionalDuration(key);
        if (value.isPresent()
                && (value.get().compareTo(least) < 0 || value.get().compareTo(most) > 0)) {
            node.fault(
                    key,
                    "'" + key + "' must be " + least.toMillis() + " ms to " + most.toSeconds() + " s, was "
                            + value.get());
            return Optional.empty();
        }
        return value;
    }
}
