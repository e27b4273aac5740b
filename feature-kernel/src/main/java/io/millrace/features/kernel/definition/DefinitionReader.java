package io.millrace.features.kernel.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.features.kernel.Entity;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.features.kernel.definition.References.Broken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the documents of all kinds that feature-service keeps; the form is described in docs/definitions.md. Documents of Millrace's other kinds are
 * passed over, so that a file may hold several kinds; an unknown kind is a fault. Stateless.
 */
public final class DefinitionReader {
    static final List<String> OTHER_KINDS =
            List.of("Pipeline", "Model", "EdgeNodes", "DataContract", "Topics", SchemaFiles.KIND);

    private record Document(Kind kind, MapNode node, String text) {}

    /**
     * The definitions of the files that have no fault of their own. Every fault is added to {@code faults}: also what the files name and neither they nor
     * {@code known} have; what names a definition that is at fault itself is not at fault for that.
     *
     * @param known what is applied already
     */
    public DefinitionSet read(List<DefinitionFile> files, DefinitionSet known, Faults faults) {
        Map<DefinitionKey, MapNode> places = new HashMap<>();
        Set<String> faulty = new HashSet<>();
        DefinitionSet set = read(files, known.entities(), places, faulty, faults);
        References.broken(known.and(set)).stream()
                .filter(broken -> places.containsKey(broken.key()) && !faulty.contains(broken.about()))
                .forEach(broken -> say(broken, places, faults));
        return set;
    }

    /** The definitions of the files, each for itself: what they name need not be there, but for the entities of views. */
    public DefinitionSet readAlone(List<DefinitionFile> files, Faults faults) {
        return read(files, Map.of(), new HashMap<>(), new HashSet<>(), faults);
    }

    private static DefinitionSet read(
            List<DefinitionFile> files,
            Map<String, Entity> knownEntities,
            Map<DefinitionKey, MapNode> places,
            Set<String> faulty,
            Faults faults) {
        SchemaFiles schemas = SchemaFiles.among(files);
        List<Document> documents = documents(files, schemas, faults);
        DefinitionSet.Builder read = DefinitionSet.EMPTY.with();
        Map<String, Entity> entities = new LinkedHashMap<>(knownEntities);
        for (Document document : documents) {
            if (document.kind() == Kind.ENTITY) {
                EntityDocument.read(document.node(), document.text()).ifPresent(entity -> {
                    if (isFirst(places, new DefinitionKey(Kind.ENTITY, new ViewId(entity.name(), "")), document)) {
                        entities.put(entity.name(), entity);
                        read.put(entity);
                    }
                });
            }
        }
        for (Document document : documents) {
            int before = faults.all().size();
            read(document, entities, schemas, places, read);
            if (faults.all().size() > before && document.node().isText("name")) {
                faulty.add(document.node().string("name"));
            }
        }
        return read.build();
    }

    private static void read(
            Document document,
            Map<String, Entity> entities,
            SchemaFiles schemas,
            Map<DefinitionKey, MapNode> places,
            DefinitionSet.Builder read) {
        switch (document.kind()) {
            case ENTITY -> {}
            case FEATURE_VIEW ->
                new ViewDocument(document.node(), document.text(), entities, schemas)
                        .read()
                        .filter(view -> isFirst(places, DefinitionKey.view(view.id()), document))
                        .ifPresent(view -> {
                            read.put(view);
                            setActive(DefinitionKey.view(view.id()), document, read);
                        });
            case ON_DEMAND_FEATURE_VIEW ->
                new OnDemandDocument(document.node(), document.text())
                        .read()
                        .filter(view -> isFirst(places, new DefinitionKey(document.kind(), view.id()), document))
                        .ifPresent(view -> {
                            read.put(view);
                            setActive(new DefinitionKey(document.kind(), view.id()), document, read);
                        });
            case FEATURE_SERVICE ->
                ServiceDocument.read(document.node(), document.text())
                        .filter(service -> isFirst(places, new DefinitionKey(document.kind(), service.id()), document))
                        .ifPresent(service -> {
                            read.put(service);
                            setActive(new DefinitionKey(document.kind(), service.id()), document, read);
                        });
        }
    }

    private static void setActive(DefinitionKey key, Document document, DefinitionSet.Builder read) {
        document.node().optionalBoolean("active").ifPresent(active -> read.setActive(key, active));
    }

    private static boolean isFirst(Map<DefinitionKey, MapNode> places, DefinitionKey key, Document document) {
        MapNode before = places.putIfAbsent(key, document.node());
        if (before != null) {
            Place place = before.place();
            document.node().fault("name", key.kind().word() + " " + key.id() + " stands at " + place + " already");
        }
        return before == null;
    }

    /** A feature's fault stands at the feature, another one at the key that names what is not there. */
    private static void say(Broken broken, Map<DefinitionKey, MapNode> places, Faults faults) {
        MapNode node = places.get(broken.key());
        if (node == null) {
            return;
        }
        String key =
                switch (broken.key().kind()) {
                    case ENTITY, FEATURE_VIEW -> "entity";
                    case ON_DEMAND_FEATURE_VIEW -> "inputs";
                    case FEATURE_SERVICE -> "features";
                };
        Place place = node.placeOf(key);
        if (!broken.member().isEmpty()) {
            place = node.maps("features").stream()
                    .filter(feature -> feature.optionalString("name")
                            .filter(broken.member()::equals)
                            .isPresent())
                    .map(feature -> feature.placeOf("expression"))
                    .findFirst()
                    .orElse(place);
        }
        faults.add(place, broken.message());
    }

    private static List<Document> documents(List<DefinitionFile> files, SchemaFiles schemas, Faults faults) {
        var documents = new ArrayList<Document>();
        for (DefinitionFile file : files) {
            for (MapNode node : SchemaFiles.isSchema(file) ? List.<MapNode>of() : Yaml.documents(file, faults)) {
                schemas.takeUp(node);
                String word = node.string("kind");
                Optional<Kind> kind = Kind.of(word);
                kind.ifPresent(
                        of -> documents.add(new Document(of, node, DocumentText.of(file.content(), node.place()))));
                if (kind.isEmpty() && !word.isEmpty() && !OTHER_KINDS.contains(word)) {
                    List<String> kinds = Stream.concat(
                                    Arrays.stream(Kind.values()).map(Kind::word), OTHER_KINDS.stream())
                            .toList();
                    node.fault(
                            "kind",
                            "unknown kind '" + word + "'" + NearestName.hint(word, kinds) + "; known: " + kinds);
                }
            }
        }
        return documents;
    }
}
