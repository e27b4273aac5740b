package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.Table;
import io.millrace.features.kernel.FeatureView.TimeColumn;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.RecordFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads where a view's events come from. */
final class SourceNode {
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");
    private static final Pattern CONNECTION = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private final MapNode node;
    private final SchemaFiles schemas;

    SourceNode(MapNode node, SchemaFiles schemas) {
        this.node = node;
        this.schemas = schemas;
    }

    Optional<Source> read() {
        boolean push = node.optionalBoolean("push").orElse(false);
        boolean batch = node.has("batch");
        boolean topic = node.has("topic");
        if (Stream.of(push, batch, topic).filter(given -> given).count() != 1) {
            node.fault("topic", "'source' must have exactly one of 'topic', 'push: true' and 'batch'");
        }
        Optional<Source> source = batch ? batch() : push ? Optional.of(new Source.Push()) : topic();
        if (!topic) {
            refuse(
                    "format",
                    batch ? "of a batch source comes from the file's name" : "has no meaning where rows are pushed");
        }
        if (push) {
            refuse("timestamp", "has no meaning where rows are pushed");
        }
        if (!batch) {
            refuse("created", "has a meaning for a batch source only");
        }
        node.refuseUnknownKeys();
        return source;
    }

    private void refuse(String key, String why) {
        if (node.has(key)) {
            node.fault(key, "'" + key + "' " + why);
        }
    }

    private Optional<Source> topic() {
        String topic = node.has("topic") ? node.string("topic", TOPIC, "the name of a Kafka topic") : "";
        RecordFormat format = FormatNode.read(node, schemas);
        return map("timestamp").flatMap(time -> {
            if (time.has("record")) {
                checkTimeOfRecord(time);
                return Optional.of(new Source.Topic(topic, Source.Topic.TIME_OF_RECORD, TimeUnitOfField.MS, format));
            }
            TimeColumn column = column(time);
            return Optional.of(new Source.Topic(topic, column.field(), column.unit(), format));
        });
    }

    private static void checkTimeOfRecord(MapNode time) {
        if (!time.optionalBoolean("record").orElse(true)) {
            time.fault("record", "'record' must be true where it is there");
        }
        if (time.has("field") || time.has("unit")) {
            time.fault("record", "the record's own timestamp has no 'field' and no 'unit'");
        }
        time.refuseUnknownKeys();
    }

    private Optional<Source> batch() {
        Optional<Table> table = node.optionalMap("batch").flatMap(SourceNode::table);
        Optional<TimeColumn> timestamp = time("timestamp");
        Optional<TimeColumn> created = node.has("created") ? time("created") : Optional.empty();
        return table.flatMap(rows -> timestamp.map(time -> new Source.Batch(rows, time, created)));
    }

    private static Optional<Table> table(MapNode batch) {
        boolean files = batch.has("path");
        if (files == batch.has("query")) {
            batch.fault(files ? "query" : "path", "'batch' must have a 'path' or a 'query', and not both");
        }
        Optional<Table> table;
        if (files) {
            String path = batch.string("path");
            if (List.of(".parquet", ".csv").stream().noneMatch(path::endsWith)) {
                batch.fault("path", "'path' must end in .parquet or .csv, was '" + path + "'");
            }
            if (batch.has("on")) {
                batch.fault("on", "'on' has a meaning beside 'query' only");
            }
            table = Optional.of(new Table.Files(path));
        } else {
            table = Optional.of(new Table.Query(
                    batch.optionalString("query").orElse(""),
                    batch.string("on", CONNECTION, "the name of a configured database connection")));
        }
        batch.refuseUnknownKeys();
        return table;
    }

    private Optional<TimeColumn> time(String key) {
        return map(key).map(SourceNode::column);
    }

    private Optional<MapNode> map(String key) {
        if (!node.has(key)) {
            node.fault(key, "'" + key + "' is missing: expected a map");
        }
        return node.optionalMap(key);
    }

    private static TimeColumn column(MapNode time) {
        String field = time.string("field", DocumentHead.PATH, DocumentHead.PATH_EXPECTATION);
        TimeUnitOfField unit = time.optionalEnum("unit", TimeUnitOfField.class).orElse(TimeUnitOfField.RFC3339);
        time.refuseUnknownKeys();
        return new TimeColumn(field, unit);
    }
}
