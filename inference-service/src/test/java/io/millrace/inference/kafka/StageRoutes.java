package io.millrace.inference.kafka;

import io.millrace.backing.audit.StreamAudit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the predictions of a {@link Stage} with several outputs go: all to the one that every stage has, those from {@code high} on to one more, the others to another, and those from {@code
 * alarming} on raise an alert.
 */
record StageRoutes(long high, long alarming) {
    String yaml(String name, String output) {
        return """
                outputs:
                  - {topic: %1$s.high, when: "prediction >= %3$d.0", format: cloudevents}
                  - {topic: %2$s}
                  - {topic: %1$s.low, otherwise: true}
                alert: {when: "prediction >= %4$d.0", topic: %1$s.alerts}""".formatted(name, output, high, alarming);
    }

    StreamAudit.Stream stream(String bootstrapServers, String name, String input, String output, String deadLetters) {
        return new StreamAudit.Stream(
                bootstrapServers,
                name,
                input,
                List.of(output, name + ".high", name + ".low", name + ".alerts"),
                (prediction, _) -> topics(name, output, prediction),
                deadLetters);
    }

    private Set<String> topics(String name, String output, double prediction) {
        var topics = new HashSet<String>();
        topics.add(output);
        topics.add(name + (prediction >= high ? ".high" : ".low"));
        if (prediction >= alarming) {
            topics.add(name + ".alerts");
        }
        return topics;
    }
}
