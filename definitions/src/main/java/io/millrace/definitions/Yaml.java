package io.millrace.definitions;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads YAML 1.1 into {@link MapNode}s that know their places. No tag makes an object, aliases of maps and lists are refused, depth is bounded to 50, a file to
 * 1 MiB of characters, so that a hostile file costs no more than an honest one.
 */
public final class Yaml {
    private static final int MAX_CHARACTERS = 1 << 20;

    private Yaml() {}

    /**
     * The documents of a file, each of which must be a map; empty documents are skipped. What cannot be read is added to {@code faults}
     * and left out.
     */
    public static List<MapNode> documents(DefinitionFile file, Faults faults) {
        var documents = new ArrayList<MapNode>();
        compose(file, faults, node -> {
            if (node instanceof MappingNode map) {
                documents.add(new MapNode(file.path(), map, faults));
            } else if (!MapNode.isNull(node)) {
                faults.add(MapNode.place(file.path(), node), "expected a map of keys to values");
            }
        });
        return documents;
    }

    /** The documents of a file as trees; empty documents are skipped. What cannot be read is added to {@code faults} and left out. */
    public static List<Tree> trees(DefinitionFile file, Faults faults) {
        var trees = new ArrayList<Tree>();
        var reader = new YamlTrees(file.path(), faults);
        compose(file, faults, node -> {
            if (!MapNode.isNull(node)) {
                trees.add(reader.tree(node));
            }
        });
        return trees;
    }

    /** Writes plain maps, lists, texts, numbers, truth values and nulls as YAML in block style, keys in their order. */
    public static String write(Object plain) {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setSplitLines(false);
        return new org.yaml.snakeyaml.Yaml(new SafeConstructor(new LoaderOptions()), new Representer(options), options)
                .dump(plain);
    }

    private static void compose(DefinitionFile file, Faults faults, Consumer<Node> documents) {
        try {
            Composer composer = composer(file.content());
            while (composer.checkNode()) {
                documents.accept(composer.getNode());
            }
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            Place place = mark == null
                    ? new Place(file.path(), 1, 1)
                    : new Place(file.path(), mark.getLine() + 1, mark.getColumn() + 1);
            faults.add(place, "not YAML: " + e.getProblem());
        } catch (YAMLException e) {
            faults.add(new Place(file.path(), 1, 1), "not YAML: " + e.getMessage());
        }
    }

    private static Composer composer(String content) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(50);
        options.setCodePointLimit(MAX_CHARACTERS);
        if (content.length() > MAX_CHARACTERS) {
            throw new YAMLException("longer than " + MAX_CHARACTERS + " characters");
        }
        return new Composer(
                new ParserImpl(new StreamReader(new StringReader(content)), options), new Resolver(), options);
    }
}
