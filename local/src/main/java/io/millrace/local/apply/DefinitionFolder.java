package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a folder of definitions holds: {@code topics.yaml}, {@code contracts/}, {@code entities/}, {@code feature-views/}, {@code on-demand/},
 * {@code feature-services/}, {@code ensembles/}, {@code deployments/}, {@code labels/}, {@code online-models/}, {@code pipelines/} and {@code edge-nodes.yaml}, each of which may be missing. {@code millrace.yaml} may name the
 * project; else it has the folder's name.
 *
 * @param contracts by path, as the lists below are
 * @param featureViews feature definitions of all kinds
 * @param routes ensembles, deployments, labels and online models
 * @param faults of topics, edge nodes and the project; a file that has one gives nothing else
 */
public record DefinitionFolder(
        Path folder,
        String project,
        List<Topics.Topic> topics,
        List<DefinitionFile> contracts,
        List<DefinitionFile> featureViews,
        List<DefinitionFile> pipelines,
        List<DefinitionFile> routes,
        List<EdgeNodes.Node> edgeNodes,
        List<Fault> faults) {
    private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    /**
     * Reads the folder; topics and edge nodes are checked here, everything else by the service that owns it.
     *
     * @throws CommandFailure where it is no folder or holds no definition
     * @throws io.millrace.definitions.InvalidDefinitionException with every fault of topics and edge nodes
     */
    public static DefinitionFolder read(Path folder) {
        DefinitionFolder read = readWithFaults(folder);
        if (!read.faults.isEmpty()) {
            throw new InvalidDefinitionException(read.faults);
        }
        return read;
    }

    /**
     * The same with the faults among what was read, so that the services' can be told with them.
     *
     * @throws CommandFailure as {@link #read}
     */
    public static DefinitionFolder readWithFaults(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw CommandFailure.usage(folder + " is not a folder");
        }
        var faults = new Faults();
        List<Topics.Topic> topics = entries(folder, "topics.yaml", Topics::read, faults);
        List<EdgeNodes.Node> nodes = entries(folder, "edge-nodes.yaml", EdgeNodes::read, faults);
        String project = single(folder, "millrace.yaml").stream()
                .flatMap(file -> project(file, faults).stream())
                .findFirst()
                .orElseGet(
                        () -> folder.toAbsolutePath().normalize().getFileName().toString());
        var features = new ArrayList<DefinitionFile>();
        List.of("entities", "feature-views", "on-demand", "feature-services")
                .forEach(part -> features.addAll(yaml(folder, part)));
        features.addAll(schemas(folder, "feature-views"));
        var read = new DefinitionFolder(
                folder,
                project,
                topics,
                yaml(folder, "contracts"),
                features,
                yaml(folder, "pipelines"),
                Stream.of("ensembles", "deployments", "labels", "online-models")
                        .flatMap(part -> yaml(folder, part).stream())
                        .toList(),
                nodes,
                faults.all());
        if (read.size() == 0 && faults.isEmpty()) {
            throw CommandFailure.usage(
                    folder + " holds no definitions: expected topics.yaml, contracts/*.yaml,"
                            + " entities/*.yaml, feature-views/*.yaml, pipelines/*.yaml, ensembles/*.yaml, deployments/*.yaml, labels/*.yaml, online-models/*.yaml or edge-nodes.yaml");
        }
        return read;
    }

    private static <T> List<T> entries(
            Path folder, String name, BiFunction<DefinitionFile, Faults, List<T>> reader, Faults faults) {
        int before = faults.all().size();
        List<T> entries = single(folder, name).stream()
                .flatMap(file -> reader.apply(file, faults).stream())
                .toList();
        return faults.all().size() == before ? entries : List.of();
    }

    /** The schemas of records that pipelines name, by path. */
    List<DefinitionFile> schemasOfPipelines() {
        return Stream.of("pipelines", "labels")
                .flatMap(part -> schemas(folder, part).stream())
                .toList();
    }

    /** Where each feature definition stands, by {@code Kind name@version} or {@code Kind name}. */
    Map<String, Place> placesOfFeatures() {
        var places = new HashMap<String, Place>();
        for (DefinitionFile file : featureViews) {
            if (file.path().endsWith(".yaml") || file.path().endsWith(".yml")) {
                for (MapNode document : Yaml.documents(file, new Faults())) {
                    String version = document.optionalString("version")
                            .map(text -> "@" + text)
                            .orElse("");
                    places.putIfAbsent(
                            document.string("kind") + " " + document.string("name") + version,
                            document.placeOf("name"));
                }
            }
        }
        return places;
    }

    private int size() {
        return topics.size()
                + contracts.size()
                + featureViews.size()
                + pipelines.size()
                + routes.size()
                + edgeNodes.size();
    }

    private static Optional<String> project(DefinitionFile file, Faults faults) {
        for (MapNode document : Yaml.documents(file, faults)) {
            String project = document.string("project", PROJECT, "1 to 128 of letters, digits, '.', '_' and '-'");
            document.refuseUnknownKeys();
            return Optional.of(project).filter(name -> !name.isEmpty());
        }
        return Optional.empty();
    }

    private static List<DefinitionFile> single(Path folder, String name) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? List.of(load(file)) : List.of();
    }

    private static List<DefinitionFile> yaml(Path folder, String part) {
        return files(folder, part, List.of(".yaml", ".yml"), DefinitionFolder::load);
    }

    /** The schemas of records that views and pipelines name: texts as they are, compiled ones in base64. */
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
