package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes an entity online and offline. */
@Command(
        name = "delete-entity",
        description = "Delete an entity online and offline, so that no replay brings it back.",
        mixinStandardHelpOptions = true)
final class DeleteEntityCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "a view (all of its versions), or an entity with --entity")
    private String name = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY=VALUE", description = "each join key with its value")
    private Map<String, String> keys = Map.of();

    @Option(names = "--entity", description = "NAME is an entity: delete it from all views of it")
    private boolean entity;

    @Override
    public Integer call() {
        try (var features = new FeatureCalls()) {
            ObjectNode body = features.json().createObjectNode().put(entity ? "entity" : "view", name);
            ObjectNode key = body.putObject("key");
            keys.forEach(key::put);
            JsonNode deletion = features.post("/v1/deletions", body);
            System.out.printf(
                    "%s: %s; no longer served, files follow (GET /v1/deletions/ID says when)%n",
                    deletion.path("id").asText(), deletion.path("state").asText());
            return 0;
        }
    }
}
