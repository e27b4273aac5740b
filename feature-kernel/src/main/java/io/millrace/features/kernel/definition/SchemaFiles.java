package io.millrace.features.kernel.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.RecordFormat.SchemaFile;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The schema files that came with definition files: a view or pipeline names the one that lies beside its file. What it is kept as holds its schema's text, as a
 * document {@code kind: SchemaFile} behind its own, so that it can be read again with nothing else.
 */
public final class SchemaFiles {
    public static final String KIND = "SchemaFile";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\\.(avsc|proto|desc)");
    private static final String NAME_EXPECTATION =
            "the name of a file beside this one that ends in .avsc, .proto or .desc";

    private static final int MAX_CHARACTERS = 1 << 19;

    private final Map<String, String> contents = new HashMap<>();

    /** Takes up the schema files among definition files. */
    static SchemaFiles among(List<DefinitionFile> files) {
        var schemas = new SchemaFiles();
        files.stream().filter(SchemaFiles::isSchema).forEach(file -> schemas.contents.put(file.path(), file.content()));
        return schemas;
    }

    public static boolean isSchema(DefinitionFile file) {
        return NAME.matcher(name(file.path())).matches();
    }

    /** Takes up the schema files among definition files, and the {@code kind: SchemaFile} documents in them. */
    public static SchemaFiles of(List<DefinitionFile> files) {
        SchemaFiles schemas = among(files);
        for (DefinitionFile file : files) {
            if (!isSchema(file) && file.content().contains(KIND)) {
                Yaml.documents(file, new Faults()).forEach(schemas::takeUp);
            }
        }
        return schemas;
    }

    /** Whether a document is one of those that {@link #of} takes up. */
    public static boolean isTakenUp(MapNode document) {
        return document.optionalString("kind").filter(KIND::equals).isPresent();
    }

    /** Takes up a {@code kind: SchemaFile} document; any other is passed over. */
    void takeUp(MapNode document) {
        if (!document.optionalString("kind").filter(KIND::equals).isPresent()) {
            return;
        }
        String name = document.string("name", NAME, NAME_EXPECTATION);
        String content = document.string("content");
        document.refuseUnknownKeys();
        if (!name.isEmpty()) {
            contents.put(beside(document.place().file(), name), content);
        }
    }

    /** What a view is kept as: its document, and the schema that its source names. */
    static String kept(String text, Source source) {
        return source instanceof Source.Topic topic ? kept(text, topic.format()) : text;
    }

    /** A document and, behind it, the schema that its format names. */
    public static String kept(String text, RecordFormat format) {
        return text + format.schema().map(SchemaFiles::document).orElse("");
    }

    /** The name of a schema file that a node gives. */
    static String name(MapNode source) {
        return source.string("schema", NAME, NAME_EXPECTATION);
    }

    /** The file that lies beside the view's; a fault and empty where it did not come along. */
    Optional<SchemaFile> find(MapNode source, String viewPath, String name) {
        String content = contents.get(beside(viewPath, name));
        if (content == null) {
            source.fault(
                    "schema",
                    "'" + name + "' does not lie beside this file"
                            + io.millrace.definitions.NearestName.hint(name, names(viewPath)));
            return Optional.empty();
        }
        if (content.length() > MAX_CHARACTERS) {
            source.fault("schema", "'" + name + "' is longer than " + MAX_CHARACTERS + " characters");
            return Optional.empty();
        }
        return Optional.of(new SchemaFile(name, content));
    }

    private Set<String> names(String viewPath) {
        return contents.keySet().stream()
                .filter(path -> beside(viewPath, name(path)).equals(path))
                .map(SchemaFiles::name)
                .collect(java.util.stream.Collectors.toSet());
    }

    /** The document that keeps a schema's text beside its view. */
    private static String document(SchemaFile file) {
        Map<String, String> document = new LinkedHashMap<>();
        document.put("kind", KIND);
        document.put("name", file.name());
        document.put("content", file.content());
        return "---\n" + Yaml.write(document);
    }

    private static String beside(String path, String name) {
        return path.substring(0, path.length() - name(path).length()) + name;
    }

    private static String name(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }
}
