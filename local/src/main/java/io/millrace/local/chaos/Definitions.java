package io.millrace.local.chaos;

import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the campaign streams: each event of a user is predicted from how many events of that user came before it, and from the last one's number. So a prediction
 * tells whether feature-service counted each event once, too. All predictions go to one topic and, by how many events the user had, to one of two others; many of them raise an alert.
 */
final class Definitions {
    static final String PIPELINE = "chaos";
    static final String INPUT = "chaos.events.v1";
    static final String OUTPUT = "chaos.predictions.v1";
    static final String MANY = "chaos.many.v1";
    static final String FEW = "chaos.few.v1";
    static final String ALERTS = "chaos.alerts.v1";
    static final String MODEL = "chaos";
    static final int PARTITIONS = 4;

    /** Predictions of users with more events than this go one way, the others another. */
    private static final long MANY_EVENTS = 60;

    /** Predictions of users with more events than this raise an alert, too. */
    private static final long ALERT_EVENTS = 120;

    private static final Map<String, String> FILES = Map.of(
            "topics.yaml",
            """
            kind: Topics
            topics:
              - {name: %s, partitions: %d}
              - {name: %s, partitions: %d}
              - {name: %s, partitions: %d}
              - {name: %s, partitions: %d}
              - {name: %s, partitions: %d}
            """.formatted(INPUT, PARTITIONS, OUTPUT, PARTITIONS, MANY, PARTITIONS, FEW, PARTITIONS, ALERTS, PARTITIONS),
            "contracts/events.yaml",
            """
            apiVersion: v3.1.0
            kind: DataContract
            id: chaos-events
            name: events
            version: 1.0.0
            status: active
            domain: chaos
            description:
              purpose: Load of a chaos campaign
            team:
              name: chaos
              members:
                - {username: chaos@example.org, role: owner}
            schema:
              - name: events
                physicalName: %s
                logicalType: object
                properties:
                  - {name: user, logicalType: string, required: true}
                  - {name: at, logicalType: integer, required: true}
                  - {name: n, logicalType: integer, required: true}
            """.formatted(INPUT),
            "feature-views/chaos_user.yaml",
            """
            kind: FeatureView
            name: chaos_user
            version: v1
            description: What a user did before
            owner: chaos@example.org
            entity:
              name: chaos_user
              join_keys: [{name: user, type: string}]
            source:
              topic: %s
              format: json
              timestamp: {field: at, unit: us}
            retention: 2d
            features:
              - {name: seen, type: int64, aggregate: count, window: unbounded}
              - {name: last, type: int64, field: n}
            fields: {n: int64}
            """.formatted(INPUT),
            "pipelines/chaos.yaml",
            """
            kind: Pipeline
            name: %s
            input:
              topic: %s
              format: json
              timestamp: {field: at, unit: us}
              start: earliest
              contract: {domain: chaos, name: events}
            key: user
            entity: {user: user}
            features: ["chaos_user:seen", "chaos_user:last"]
            missing: impute
            complete: {wait: 2s, otherwise: retry}
            model: {name: %s, version: "1"}
            outputs:
              - {topic: %s}
              - {topic: %s, when: "prediction > %d.0", format: cloudevents}
              - {topic: %s, otherwise: true}
            alert: {when: "prediction > %d.0", topic: %s}
            """.formatted(
                            PIPELINE,
                            INPUT,
                            MODEL,
                            OUTPUT,
                            MANY,
                            (long) (MANY_EVENTS * Expected.PER_EVENT),
                            FEW,
                            (long) (ALERT_EVENTS * Expected.PER_EVENT),
                            ALERTS));

    private Definitions() {}

    /** All outputs, and where alerts go. */
    static List<String> outputs() {
        return List.of(OUTPUT, MANY, FEW, ALERTS);
    }

    /** Those of them that a prediction is to be in. */
    static Set<String> topics(double prediction) {
        String routed = prediction > MANY_EVENTS * Expected.PER_EVENT ? MANY : FEW;
        return prediction > ALERT_EVENTS * Expected.PER_EVENT ? Set.of(OUTPUT, routed, ALERTS) : Set.of(OUTPUT, routed);
    }

    /** Columns of the model, and the weight of each. */
    static Map<String, Double> columns() {
        var columns = new LinkedHashMap<String, Double>();
        columns.put("{feature: \"chaos_user:seen\", impute: 0}", Expected.PER_EVENT);
        columns.put("{feature: \"chaos_user:last\", impute: -1}", 1.0);
        return columns;
    }

    /** Writes them into a folder and reads them as {@code apply} does. */
    static DefinitionFolder write(Path folder) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : FILES.entrySet()) {
                Path path = folder.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        } catch (IOException e) {
            throw CommandFailure.failed("the definitions cannot be written: " + e.getMessage());
        }
        return DefinitionFolder.read(folder);
    }
}
