package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.platform.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says whether a name without a version may mean this one. */
abstract class ActivityCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "NAME@VERSION", description = "a version of a view or of a feature service")
    private String name = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "FeatureView, OnDemandFeatureView or FeatureService, where several have that name")
    private String kind = "";

    @Option(names = "--force", description = "also where others read what the name means no longer")
    private boolean force;

    private final String path;

    private ActivityCommand(String path) {
        this.path = path;
    }

    @Command(
            name = "activate",
            description = "Let a name without a version mean this version, where it is the newest that is active.",
            mixinStandardHelpOptions = true)
    static final class Activate extends ActivityCommand {
        Activate() {
            super("activate");
        }
    }

    @Command(
            name = "deactivate",
            description =
                    "Let a name without a version mean the next newest; this version goes on and answers to NAME@VERSION.",
            mixinStandardHelpOptions = true)
    static final class Deactivate extends ActivityCommand {
        Deactivate() {
            super("deactivate");
        }
    }

    @Override
    public Integer call() {
        try (var features = new FeatureCalls()) {
            String of = kind.isEmpty() ? kindOf(name, features.get("/v1/definitions")) : kind;
            features.post("/v1/definitions/" + of + "/" + name + "/" + path + "?force=" + force);
            String bare = name.substring(0, Math.max(0, name.indexOf('@')));
            System.out.println(meaning(bare, of, features.get("/v1/definitions")));
            return 0;
        }
    }

    /** The kind of the one definition with that name and version. */
    static String kindOf(String name, JsonNode definitions) {
        var kinds = new ArrayList<String>();
        for (JsonNode definition : definitions.path("definitions")) {
            String id = definition.path("name").asText() + "@"
                    + definition.path("version").asText();
            if (id.equals(name)) {
                kinds.add(definition.path("kind").asText());
            }
        }
        if (kinds.size() == 1) {
            return kinds.getFirst();
        }
        throw CommandFailure.failed(
                kinds.isEmpty()
                        ? "there is no version " + name + "; GET /v1/definitions lists what there is"
                        : name + " is several: " + String.join(", ", kinds) + "; say which with --kind");
    }

    /** What the name alone means now. */
    static String meaning(String bare, String kind, JsonNode definitions) {
        List<String> meant = new ArrayList<>();
        for (JsonNode definition : definitions.path("definitions")) {
            if (definition.path("kind").asText().equals(kind)
                    && definition.path("name").asText().equals(bare)
                    && definition.path("is_default").asBoolean()) {
                meant.add(definition.path("version").asText());
            }
        }
        return meant.isEmpty()
                ? bare + " means no version now"
                : bare + " means " + bare + "@" + meant.getFirst() + " now";
    }
}
