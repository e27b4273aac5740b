package io.millrace.inference.app.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.inference.domain.Definition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads files that hold definitions of any kind, one or several documents each, and the schema files that they name. Finds every fault of every file in one go. */
public final class DefinitionReader {
    private DefinitionReader() {}

    /** A definition, its kind and where its name stands. */
    public record Placed(DefinitionKind<?> kind, Definition definition, Place place) {}

    /** The definitions of the files in order. Where {@code faults} is not empty afterwards, the answer is not to be used. */
    public static List<Placed> read(
            List<DefinitionFile> files, Collection<? extends DefinitionKind<?>> kinds, Faults faults) {
        Map<String, DefinitionKind<?>> known = new TreeMap<>();
        kinds.forEach(kind -> known.put(kind.kind(), kind));
        var read = new ArrayList<Placed>();
        var names = new HashSet<String>();
        SchemaFiles schemas = SchemaFiles.of(files);
        for (DefinitionFile file : files) {
            for (MapNode document : SchemaFiles.isSchema(file) ? List.<MapNode>of() : Yaml.documents(file, faults)) {
                if (SchemaFiles.isTakenUp(document)) {
                    continue;
                }
                DefinitionKind<?> kind = kind(document, known);
                if (kind == null) {
                    continue;
                }
                Definition definition = kind.read(
                        document, text(file.content(), document.place().line()), schemas);
                if (!definition.name().isEmpty() && !names.add(kind.kind() + "/" + definition.name())) {
                    document.fault(
                            "name",
                            kind.kind().toLowerCase(Locale.ROOT) + " '" + definition.name() + "' is defined twice");
                }
                read.add(new Placed(kind, definition, document.placeOf("name")));
            }
        }
        return read;
    }

    /** A document that names no kind, or an unknown one, is read as a pipeline where there is only that, so that its other faults are found too. */
    private static @Nullable DefinitionKind<?> kind(MapNode document, Map<String, DefinitionKind<?>> known) {
        String name = document.string("kind");
        DefinitionKind<?> kind = known.get(name);
        if (kind == null) {
            if (!name.isEmpty()) {
                document.fault(
                        "kind",
                        "'kind' must be one of " + known.keySet() + " here, was '" + name + "'"
                                + NearestName.hint(name, known.keySet()));
            }
            kind = known.size() == 1 ? known.values().iterator().next() : null;
        }
        return kind;
    }

    /** The text of the one YAML document that the line is in: a line that begins with {@code ---} separates documents wherever it stands. */
    private static String text(String content, int line) {
        List<String> lines = content.lines().toList();
        int from = Math.min(line, lines.size()) - 1;
        while (from > 0 && !separates(lines.get(from - 1))) {
            from--;
        }
        int to = line;
        while (to < lines.size() && !separates(lines.get(to))) {
            to++;
        }
        return String.join("\n", lines.subList(from, Math.min(to, lines.size()))) + "\n";
    }

    private static boolean separates(String line) {
        return line.startsWith("---") || line.startsWith("...");
    }
}
