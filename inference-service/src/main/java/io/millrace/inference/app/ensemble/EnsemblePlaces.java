package io.millrace.inference.app.ensemble;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.inference.domain.ensemble.Ensemble;

/** Where the parts of an ensemble stand in its document. */
final class EnsemblePlaces {
    private final MapNode root;
    private final int linesBefore;

    private EnsemblePlaces(MapNode root, int linesBefore) {
        this.root = root;
        this.linesBefore = linesBefore;
    }

    /** Of a document that is being read. */
    static EnsemblePlaces of(MapNode root) {
        return new EnsemblePlaces(root, 0);
    }

    /**
     * Of one that was read.
     *
     * @param name where its name stands in its file
     */
    static EnsemblePlaces of(Ensemble ensemble, Place name) {
        MapNode root = Yaml.documents(new DefinitionFile(name.file(), ensemble.yaml()), new Faults())
                .getFirst();
        return new EnsemblePlaces(root, name.line() - root.placeOf("name").line());
    }

    /** See {@link Findings#add}. */
    Place of(String step, String part) {
        if (step.isEmpty()) {
            return moved(root.placeOf(part));
        }
        for (MapNode node : root.maps("steps")) {
            if (node.optionalString("name").filter(step::equals).isPresent()) {
                for (MapNode tensor : node.maps("compute")) {
                    if (tensor.optionalString("name").filter(part::equals).isPresent()) {
                        return moved(tensor.place());
                    }
                }
                return moved(node.placeOf(part));
            }
        }
        return moved(root.place());
    }

    private Place moved(Place place) {
        return new Place(place.file(), place.line() + linesBefore, place.column());
    }
}
