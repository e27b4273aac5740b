package io.millrace.features.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.FeatureViewReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Views for tests. */
public final class Views {
    private Views() {}

    /** Clicks and purchases of users: a plain feature, a count and a mean. */
    public static String activity(String name, String version, String topic) {
        return """
                kind: FeatureView
                name: %s
                version: %s
                description: what a user did
                owner: shop@example.org
                entity:
                  name: user
                  join_keys:
                    - {name: user_id, type: int64, field: user}
                source:
                  topic: %s
                  format: json
                  timestamp: {field: at, unit: rfc3339}
                ttl: 1d
                retention: 2d
                fields: {amount: double, kind: string}
                features:
                  - {name: last_amount, type: double, field: amount}
                  - {name: events_1h, type: int64, aggregate: count, window: 1h}
                  - {name: amount_mean_1h, type: double, aggregate: mean, field: amount, window: 1h}
                  - {name: click_rate_1h, type: double, aggregate: rate, where: "kind == 'click'", window: 1h}
                """.formatted(name, version, topic);
    }

    /** What a user says of itself, pushed. */
    public static String profile(String name) {
        return """
                kind: FeatureView
                name: %s
                version: v1
                description: who a user is
                owner: shop@example.org
                entity:
                  name: user
                  join_keys:
                    - {name: user_id, type: int64, field: user_id}
                source: {push: true}
                ttl: 365d
                retention: 2d
                features:
                  - {name: age, type: int64, field: age}
                  - {name: city, type: string, field: location}
                  - {name: pushes_1h, type: int64, aggregate: count, window: 1h}
                fields: {age: int64, location: string}
                """.formatted(name);
    }

    /** No view is ingested. */
    static final Ingestions NO_INGESTIONS = new Ingestions() {
        @Override
        public Map<ViewId, IngestionReport> reports() {
            return Map.of();
        }

        @Override
        public Map<ViewId, IngestionReport> conditions() {
            return Map.of();
        }
    };

    /** Each content as a file of its own. */
    static List<DefinitionFile> files(String... contents) {
        return Arrays.stream(contents)
                .map(content -> new DefinitionFile("views.yaml", content))
                .toList();
    }

    static Backfill nothingToBackfill(FeatureView view) {
        return new Backfill(view.id(), "", List.of(), OptionalLong.of(0), "");
    }

    public static FeatureView view(String yaml) {
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("test.yaml", yaml)))
                .getFirst();
    }
}
