package io.millrace.benchmarks.features;

import java.util.List;
import java.util.stream.Collectors;

/** The definition of a benchmark's view: of users, whose events have {@code user} and, in microseconds, {@code at}. Read at any instant of the last day. */
final class BenchView {
    private BenchView() {}

    /**
     * @param fields a name and a type each ({@code f0: double}); none where the features say them
     * @param features what stands between the braces of each feature
     */
    static String yaml(String name, String topic, List<String> fields, List<String> features) {
        return """
                kind: FeatureView
                name: %s
                version: v1
                description: for a benchmark
                owner: bench@example.org
                entity:
                  name: user
                  join_keys: [{name: user_id, type: int64, field: user}]
                source: {topic: %s, format: json, timestamp: {field: at, unit: us}}
                ttl: 30d
                retention: 1d
                %sfeatures:
                %s
                """.formatted(
                name,
                topic,
                fields.isEmpty() ? "" : "fields: {" + String.join(", ", fields) + "}\n",
                features.stream().map(feature -> "  - {" + feature + "}").collect(Collectors.joining("\n")));
    }
}
