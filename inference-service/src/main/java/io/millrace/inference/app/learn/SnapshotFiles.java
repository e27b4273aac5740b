package io.millrace.inference.app.learn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.domain.learn.OnlineModel.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of a snapshot's version. The same snapshot gives the same bytes. */
final class SnapshotFiles {
    private static final String FILE = "model.onnx";
    private static final JsonFactory JSON = new JsonFactory();

    private SnapshotFiles() {}

    /** By name. */
    static Map<String, byte[]> of(Snapshot snapshot, ModelFormat format) {
        byte[] model = format.write(snapshot.learned());
        var files = new LinkedHashMap<String, byte[]>();
        files.put(FILE, model);
        files.put("golden.json", golden(snapshot));
        files.put(VersionStore.MARK, about(snapshot));
        files.put(VersionStore.DEFINITION, definition(snapshot, model).getBytes(StandardCharsets.UTF_8));
        return files;
    }

    private static String definition(Snapshot snapshot, byte[] model) {
        OnlineModel of = snapshot.model();
        var yaml = new StringBuilder("""
                kind: Model
                name: %s
                version: "%d"
                description: %s
                engine: onnxruntime
                file: %s
                digest: %s
                size: %d
                inputs:
                """.formatted(
                        of.name(),
                        snapshot.version(),
                        quoted("Learned from labels " + of.labels() + " by "
                                + of.algorithm().word()),
                        FILE,
                        digest(model),
                        model.length));
        input(yaml, LearnedModel.NUMBERS, "float64", of.numbers());
        input(yaml, LearnedModel.CATEGORIES, "string", of.categories());
        return yaml.append("output: {name: %s, column: 0}\n".formatted(LearnedModel.PREDICTION))
                .toString();
    }

    private static void input(StringBuilder yaml, String name, String type, List<Column> columns) {
        if (columns.isEmpty()) {
            return;
        }
        yaml.append("  - name: %s\n    type: %s\n    columns:\n".formatted(name, type));
        for (Column column : columns) {
            switch (column.from()) {
                case ModelDefinition.Column.Request(String field) ->
                    yaml.append("      - {request: %s}\n".formatted(quoted(field)));
                case ModelDefinition.Column.Feature feature -> {
                    yaml.append("      - {feature: %s".formatted(quoted(feature.reference())));
                    feature.impute()
                            .ifPresent(value -> yaml.append(", impute: ").append(value));
                    yaml.append("}\n");
                }
            }
        }
    }

    /** As JSON has it, which YAML reads too. */
    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static byte[] golden(Snapshot snapshot) {
        return json(out -> {
            out.writeStartObject();
            out.writeNumberField("tolerance", 1e-6);
            out.writeArrayFieldStart("requests");
            out.writeStartObject();
            out.writeStringField("id", "rows that were learned, and made ones");
            out.writeObjectFieldStart("request");
            out.writeArrayFieldStart("inputs");
            numbers(out, snapshot);
            texts(out, snapshot);
            out.writeEndArray();
            out.writeEndObject();
            out.writeObjectFieldStart("response");
            out.writeArrayFieldStart("outputs");
            tensor(out, LearnedModel.PREDICTION, "FP64", snapshot.golden().size(), 1);
            for (Snapshot.GoldenRow row : snapshot.golden()) {
                out.writeNumber(row.prediction());
            }
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    private static void numbers(JsonGenerator out, Snapshot snapshot) throws IOException {
        int columns = snapshot.model().numbers().size();
        if (columns == 0) {
            return;
        }
        tensor(out, LearnedModel.NUMBERS, "FP64", snapshot.golden().size(), columns);
        for (Snapshot.GoldenRow row : snapshot.golden()) {
            for (double value : row.row().numbers()) {
                out.writeNumber(value);
            }
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void texts(JsonGenerator out, Snapshot snapshot) throws IOException {
        int columns = snapshot.model().categories().size();
        if (columns == 0) {
            return;
        }
        tensor(out, LearnedModel.CATEGORIES, "BYTES", snapshot.golden().size(), columns);
        for (Snapshot.GoldenRow row : snapshot.golden()) {
            for (String text : row.row().texts()) {
                out.writeString(text);
            }
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /** Begins a tensor up to its elements. */
    private static void tensor(JsonGenerator out, String name, String datatype, int rows, int columns)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("name", name);
        out.writeStringField("datatype", datatype);
        out.writeArrayFieldStart("shape");
        out.writeNumber(rows);
        out.writeNumber(columns);
        out.writeEndArray();
        out.writeArrayFieldStart("data");
    }

    private static byte[] about(Snapshot snapshot) {
        return json(out -> {
            out.writeStartObject();
            out.writeStringField("online_model", snapshot.model().name());
            out.writeStringField("labels", snapshot.model().labels());
            out.writeStringField("algorithm", snapshot.model().algorithm().word());
            out.writeStringField("cause", snapshot.cause().word());
            for (Map.Entry<String, Object> entry : snapshot.about().entrySet()) {
                switch (entry.getValue()) {
                    case Long whole -> out.writeNumberField(entry.getKey(), whole);
                    case Double real -> out.writeNumberField(entry.getKey(), real);
                    default ->
                        out.writeStringField(entry.getKey(), entry.getValue().toString());
                }
            }
            out.writeEndObject();
        });
    }

    @FunctionalInterface
    private interface Writing {
        void to(JsonGenerator out) throws IOException;
    }

    private static byte[] json(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
