package io.millrace.benchmarks.features;

import io.millrace.benchmarks.features.Bench.Event;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is read: fifty features in one of three shapes. */
enum Shape {
    /** 50 plain features of one view: 30 doubles, 15 whole numbers, 5 texts. */
    PLAIN("50 plain of one view", 1),
    /** 10 plain features of each of five views. */
    FIVE_VIEWS("50 plain of five views", 5),
    /** 5 aggregates of 5 fields over 2 windows. */
    WINDOWED("50 windowed aggregates", 1);

    static final int FEATURES = 50;
    private static final List<String> AGGREGATES = List.of("sum", "mean", "min", "max", "last");
    private static final List<String> WINDOWS = List.of("1h", "24h");

    final String title;
    private final int views;

    Shape(String title, int views) {
        this.title = title;
        this.views = views;
    }

    /** The names of the views. */
    List<String> views() {
        String name = name().toLowerCase(Locale.ROOT);
        return IntStream.range(0, views).mapToObj(i -> name + "_" + i).toList();
    }

    String topic(String view) {
        return "bench." + view;
    }

    String yaml(String view) {
        List<String> fields = this == WINDOWED
                ? List.of("f0: double", "f1: double", "f2: double", "f3: double", "f4: int64")
                : List.of();
        return BenchView.yaml(view, topic(view), fields, features());
    }

    private List<String> features() {
        if (this == WINDOWED) {
            var features = new ArrayList<String>();
            for (int field = 0; field < 5; field++) {
                for (String aggregate : AGGREGATES) {
                    for (String window : WINDOWS) {
                        boolean whole = field == 4 && !aggregate.equals("mean");
                        features.add("name: " + aggregate + "_" + window + "_f" + field + ", type: "
                                + (whole ? "int64" : "double") + ", aggregate: " + aggregate + ", field: f" + field
                                + ", window: " + window);
                    }
                }
            }
            return features;
        }
        return IntStream.range(0, FEATURES / views)
                .mapToObj(i -> "name: f" + i + ", type: " + type(i))
                .toList();
    }

    private String type(int feature) {
        int share = feature * 10 / (FEATURES / views);
        return share < 6 ? "double" : share < 9 ? "int64" : "string";
    }

    /** Events of entities 0 (inclusive) to {@code entities} (exclusive), {@code each} of them for each, spread over the last day. */
    Stream<Event> events(int entities, int each, Instant now) {
        long last = now.getEpochSecond() * 1_000_000;
        long step = 86_400_000_000L / (each + 1);
        return IntStream.range(0, entities * each).mapToObj(i -> {
            int entity = i % entities;
            int turn = i / entities;
            long at = last - (each - 1 - turn) * step - entity % 1_000 * 1_000L;
            return new Event(Integer.toString(entity), json(entity, at, i));
        });
    }

    private String json(int entity, long at, int seed) {
        var random = new Random(seed);
        var json = new StringBuilder(FEATURES * 24)
                .append("{\"user\":")
                .append(entity)
                .append(",\"at\":")
                .append(at);
        int fields = this == WINDOWED ? 5 : FEATURES / views;
        for (int i = 0; i < fields; i++) {
            json.append(",\"f").append(i).append("\":");
            String type = this == WINDOWED ? i == 4 ? "int64" : "double" : type(i);
            switch (type) {
                case "double" -> json.append(random.nextInt(1_000_000) / 1_000.0);
                case "int64" -> json.append(random.nextInt(1_000_000));
                default ->
                    json.append("\"category-").append(random.nextInt(1_000)).append('"');
            }
        }
        return json.append('}').toString();
    }

    private Stream<String> references() {
        return views().stream().flatMap(view -> names().map(name -> view + ":" + name));
    }

    private Stream<String> names() {
        return features().stream().map(feature -> feature.substring(6, feature.indexOf(',')));
    }

    /** A read of all fifty features of so many random entities. */
    GetOnlineFeaturesRequest request(int rows, int entities, Random random) {
        var users = Column.newBuilder();
        for (int i = 0; i < rows; i++) {
            users.addValues(Value.newBuilder().setInt64Value(random.nextInt(entities)));
        }
        return GetOnlineFeaturesRequest.newBuilder()
                .addAllFeatures(references().toList())
                .putEntities("user_id", users.build())
                .setFullFeatureNames(views > 1)
                .build();
    }

    /** The same over HTTP. */
    String json(int rows, int entities, Random random) {
        return "{\"features\":["
                + references().map(name -> '"' + name + '"').collect(Collectors.joining(","))
                + "],\"full_feature_names\":" + (views > 1) + ",\"entities\":{\"user_id\":["
                + IntStream.range(0, rows)
                        .mapToObj(_ -> Integer.toString(random.nextInt(entities)))
                        .collect(Collectors.joining(","))
                + "]}}";
    }
}
