package io.millrace.features.kernel.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the {@code kind: FeatureView} documents of definition files. The form is described in docs/architecture.md. Documents of Millrace's other
 * kinds are passed over, so that a file may hold several kinds; an unknown kind is a fault. Stateless.
 */
public final class FeatureViewReader {
    /** The {@code kind} of the documents that are read. */
    public static final String KIND = "FeatureView";

    private static final List<String> OTHER_KINDS =
            List.of("Pipeline", "Model", "EdgeNodes", "DataContract", SchemaFiles.KIND);

    /**
     * The views of the files, in their order.
     *
     * @throws InvalidDefinitionException with every fault of every file
     */
    public List<FeatureView> read(List<DefinitionFile> files) {
        var faults = new Faults();
        List<FeatureView> views = read(files, faults);
        faults.throwIfAny();
        return views;
    }

    /** The views of the files that have no fault, in their order; every fault is added to {@code faults}. */
    public List<FeatureView> read(List<DefinitionFile> files, Faults faults) {
        var views = new ArrayList<FeatureView>();
        Map<ViewId, Place> places = new HashMap<>();
        SchemaFiles schemas = SchemaFiles.among(files);
        for (DefinitionFile file : files) {
            if (SchemaFiles.isSchema(file)) {
                continue;
            }
            List<MapNode> documents = Yaml.documents(file, faults);
            documents.forEach(schemas::takeUp);
            for (MapNode document : documents) {
                if (!isFeatureView(document)) {
                    continue;
                }
                new ViewDocument(document, DocumentText.of(file.content(), document.place()), Map.of(), schemas)
                        .read()
                        .ifPresent(view -> {
                            Place before = places.putIfAbsent(view.id(), document.place());
                            if (before == null) {
                                views.add(view);
                            } else {
                                document.fault("name", "view " + view.id() + " stands at " + before + " already");
                            }
                        });
            }
        }
        return views;
    }

    private static boolean isFeatureView(MapNode document) {
        String kind = document.string("kind");
        if (!kind.isEmpty() && !kind.equals(KIND) && !OTHER_KINDS.contains(kind)) {
            List<String> kinds =
                    Stream.concat(Stream.of(KIND), OTHER_KINDS.stream()).toList();
            document.fault("kind", "unknown kind '" + kind + "'" + NearestName.hint(kind, kinds) + "; known: " + kinds);
        }
        return kind.equals(KIND);
    }
}
