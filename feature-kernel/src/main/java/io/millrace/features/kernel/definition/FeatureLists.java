package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import java.util.List;
import java.util.Set;

/** What the list {@code features} of every kind of document is held to. */
final class FeatureLists {
    private FeatureLists() {}

    /** The entries that are maps; a fault where there are none, or more than {@code most}. */
    static List<MapNode> maps(MapNode document, int most) {
        List<MapNode> features = document.maps("features");
        refuseCount(document, features.size(), most);
        return features;
    }

    /** The entries that are texts; a fault where there are none, or more than {@code most}. */
    static List<String> texts(MapNode document, int most) {
        List<String> features = document.strings("features");
        refuseCount(document, features.size(), most);
        return features;
    }

    /**
     * The name of a feature.
     *
     * @param seen those before it, to which it is added; a fault where it is among them
     */
    static String name(MapNode feature, Set<String> seen) {
        String name = feature.string("name", DocumentHead.NAME, DocumentHead.NAME_EXPECTATION);
        if (!name.isEmpty() && !seen.add(name)) {
            feature.fault("name", "feature '" + name + "' stands twice");
        }
        return name;
    }

    private static void refuseCount(MapNode document, int count, int most) {
        if (count == 0 || count > most) {
            document.fault("features", "'features' must have from 1 to " + most + " features, has " + count);
        }
    }
}
