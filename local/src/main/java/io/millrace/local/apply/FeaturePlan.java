package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.proto.features.v1.ApplyFeatureViewsResponse;
import io.millrace.proto.features.v1.BrokenDefinition;
import io.millrace.proto.features.v1.DefinitionBackfill;
import io.millrace.proto.features.v1.DefinitionOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What applying a folder's feature definitions would do, and which pipelines it would leave without what they read.
 *
 * @param pipelines one line per pipeline that reads what goes
 */
record FeaturePlan(ApplyFeatureViewsResponse answer, List<String> pipelines) {
    FeaturePlan {
        pipelines = List.copyOf(pipelines);
    }

    /**
     * Why applying is refused; empty where it is not.
     *
     * @param places where definitions stand, {@link DefinitionFolder#placesOfFeatures}
     */
    List<String> obstacles(boolean force, Map<String, Place> places) {
        var obstacles = new ArrayList<String>();
        for (DefinitionOutcome outcome : answer.getOutcomesList()) {
            if (outcome.getChange() == DefinitionOutcome.Change.CHANGE_NEEDS_NEW_VERSION) {
                Place place = places.get(outcome.getKind() + " " + outcome.getName());
                obstacles.add(
                        (place == null ? "" : place + ": ") + outcome.getName() + " is served and does not change: '"
                                + String.join("', '", outcome.getFieldsList())
                                + "' differs; give the new definition a new version");
            }
        }
        if (!force) {
            for (BrokenDefinition broken : answer.getBrokenList()) {
                obstacles.add(broken.getReader() + " " + broken.getMessage() + "; --force goes on all the same");
            }
            pipelines.forEach(line -> obstacles.add(line + "; --force goes on all the same"));
        }
        return obstacles;
    }

    /** What follows: one line per backfill, and per reader of what goes. */
    List<String> notes() {
        var notes = new ArrayList<String>();
        for (DefinitionBackfill backfill : answer.getBackfillsList()) {
            notes.add("backfill   " + backfill.getViewVersion() + " from " + backfill.getSource() + ": "
                    + size(backfill));
        }
        for (BrokenDefinition broken : answer.getBrokenList()) {
            notes.add("reader     " + broken.getReader() + " " + broken.getMessage());
        }
        pipelines.forEach(line -> notes.add("reader     " + line));
        return notes;
    }

    private static String size(DefinitionBackfill backfill) {
        if (!backfill.hasRecords() || backfill.getRangesCount() == 0) {
            return backfill.getNote();
        }
        String ranges = backfill.getRangesList().stream()
                .map(range -> range.getPartition() + ": " + range.getFromOffset() + "–" + range.getToOffset())
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "%,d records (partition: offsets %s)", backfill.getRecords(), ranges);
    }

    /** The pipelines of files by name. */
    static Map<String, String> pipelines(List<DefinitionFile> files) {
        Map<String, String> pipelines = new LinkedHashMap<>();
        for (DefinitionFile file : files) {
            for (MapNode document : Yaml.documents(file, new Faults())) {
                document.optionalString("name").ifPresent(name -> pipelines.put(name, file.content()));
            }
        }
        return pipelines;
    }
}
