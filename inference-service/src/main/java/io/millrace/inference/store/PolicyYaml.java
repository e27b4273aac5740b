package io.millrace.inference.store;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.inference.domain.VersionPolicy;
import java.util.HashSet;
import java.util.List;

/** Reads {@code policy.yaml}. */
final class PolicyYaml {
    private static final int MAX_LATEST = 10_000;

    private PolicyYaml() {}

    /** What the file says; of use only where nothing was added to {@code faults}. */
    static VersionPolicy read(DefinitionFile file, Faults faults) {
        List<MapNode> documents = Yaml.documents(file, faults);
        if (documents.size() != 1) {
            faults.add(new Place(file.path(), 1, 1), "expected one document, found " + documents.size());
            return new VersionPolicy.All();
        }
        MapNode root = documents.getFirst();
        String kind = root.string("kind");
        if (!kind.isEmpty() && !kind.equals("ModelPolicy")) {
            root.fault("kind", "'kind' must be 'ModelPolicy' here, was '" + kind + "'");
        }
        root.optionalString("description");
        VersionPolicy policy = versions(root);
        root.refuseUnknownKeys();
        return policy;
    }

    private static VersionPolicy versions(MapNode root) {
        if (root.isMap("versions")) {
            MapNode map = root.optionalMap("versions").orElseThrow();
            long latest = map.optionalLong("latest").orElse(0L);
            map.refuseUnknownKeys();
            if (latest < 1 || latest > MAX_LATEST) {
                root.fault("versions", "'versions' as a map says {latest: N}, N from 1 to " + MAX_LATEST);
                return new VersionPolicy.All();
            }
            return new VersionPolicy.Latest((int) latest);
        }
        if (root.isText("versions")) {
            String text = root.string("versions");
            if (!text.isEmpty() && !text.equals("all")) {
                root.fault(
                        "versions", "'versions' must be 'all', {latest: N} or a list of versions, was '" + text + "'");
            }
            return new VersionPolicy.All();
        }
        if (!root.has("versions")) {
            root.fault("versions", "'versions' is missing: expected 'all', {latest: N} or a list of versions");
        }
        List<String> listed = root.strings("versions");
        var versions = new HashSet<String>();
        for (String version : listed) {
            if (!versions.add(version)) {
                root.fault("versions", "version '" + version + "' stands twice");
            }
        }
        if (listed.isEmpty() && root.has("versions")) {
            root.fault("versions", "'versions' lists none: then no version would serve; unload the model instead");
        }
        return new VersionPolicy.Listed(versions);
    }
}
