package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a folder of definitions holds: {@code topics.yaml}, {@code contracts/}, {@code feature-views/}, {@code pipelines/} and
 * {@code edge-nodes.yaml}, each of which may be missing.
 *
 * @param contracts by path, as the lists below are
 */
public record DefinitionFolder(
        Path folder,
        List<Topics.Topic> topics,
        List<DefinitionFile> contracts,
        List<DefinitionFile> featureViews,
        List<DefinitionFile> pipelines,
        List<EdgeNodes.Node> edgeNodes) {
    /**
     * Reads the folder; topics and edge nodes are checked here, everything else by the service that owns it.
     *
     * @throws CommandFailure where it is no folder or holds no definition
     * @throws io.millrace.definitions.InvalidDefinitionException with every fault of topics and edge nodes
     */
    public static DefinitionFolder read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw CommandFailure.usage(folder + " is not a folder");
        }
        var faults = new Faults();
        List<Topics.Topic> topics = single(folder, "topics.yaml").stream()
                .flatMap(file -> Topics.read(file, faults).stream())
                .toList();
        List<EdgeNodes.Node> nodes = single(folder, "edge-nodes.yaml").stream()
                .flatMap(file -> EdgeNodes.read(file, faults).stream())
                .toList();
        faults.throwIfAny();
        var read = new DefinitionFolder(
                folder,
                topics,
                yaml(folder, "contracts"),
                Stream.concat(yaml(folder, "feature-views").stream(), schemas(folder, "feature-views").stream())
                        .toList(),
                yaml(folder, "pipelines"),
                nodes);
        if (read.size() == 0) {
            throw CommandFailure.usage(folder + " holds no definitions: expected topics.yaml, contracts/*.yaml,"
                    + " feature-views/*.yaml, pipelines/*.yaml or edge-nodes.yaml");
        }
        return read;
    }

    private int size() {
        return topics.size() + contracts.size() + featureViews.size() + pipelines.size() + edgeNodes.size();
    }

    private static List<DefinitionFile> single(Path folder, String name) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? List.of(load(file)) : List.of();
    }

    private static List<DefinitionFile> yaml(Path folder, String part) {
        return files(folder, part, List.of(".yaml", ".yml"), DefinitionFolder::load);
    }

    /** The schemas of records that views name: texts as they are, compiled ones in base64. */
    private static List<DefinitionFile> schemas(Path folder, String part) {
        return Stream.concat(
                        files(folder, part, List.of(".avsc", ".proto"), DefinitionFolder::load).stream(),
                        files(folder, part, List.of(".desc"), DefinitionFolder::loadBinary).stream())
                .toList();
    }

    private static List<DefinitionFile> files(
            Path folder, String part, List<String> endings, Function<Path, DefinitionFile> load) {
        Path parts = folder.resolve(part);
        if (!Files.isDirectory(parts)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(parts)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> endings.stream().anyMatch(file.toString()::endsWith))
                    .sorted()
                    .map(load)
                    .toList();
        } catch (IOException e) {
            throw CommandFailure.failed("cannot read " + parts + ": " + e.getMessage());
        }
    }

    private static DefinitionFile load(Path file) {
        try {
            return new DefinitionFile(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw CommandFailure.failed("cannot read " + file + " as UTF-8 text: " + e.getMessage());
        }
    }

    private static DefinitionFile loadBinary(Path file) {
        try {
            return new DefinitionFile(file.toString(), Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw CommandFailure.failed("cannot read " + file + ": " + e.getMessage());
        }
    }
}
