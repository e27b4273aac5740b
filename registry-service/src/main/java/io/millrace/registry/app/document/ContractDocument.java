package io.millrace.registry.app.document;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.Place;
import io.millrace.definitions.Tree;
import io.millrace.definitions.Yaml;
import io.millrace.gate.Refusal;
import io.millrace.registry.domain.DataContract;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A contract as it was sent, read and found valid.
 *
 * @param json canonical JSON of the ODCS document, which is also what the plain form is turned into
 * @param digest SHA-256 over the JSON, lower-case hex
 */
public record ContractDocument(DataContract contract, String json, String digest) {
    private static final int MAX_CHARACTERS = 1 << 20;

    /**
     * Reads an ODCS v3.1 document, or the plain form where there is neither {@code kind} nor {@code apiVersion}. Text that begins with a brace is
     * JSON, any other is YAML.
     *
     * @param path as the author knows it; for messages only
     * @throws Refusal with {@code CONTRACT_INVALID} and every fault: its path in the document, its line and what was expected
     */
    public static ContractDocument read(String path, String content) {
        var faults = new DocumentFaults();
        boolean json = content.stripLeading().startsWith("{");
        Tree.Mapping odcs = new Tree.Mapping(new Place(path, 1, 1), Map.of());
        Optional<DataContract> contract = Optional.empty();
        Optional<Tree.Mapping> root = tree(path, content, json, faults);
        if (root.isPresent()) {
            Tree.Mapping map = root.get();
            boolean plain = !map.entries().containsKey("kind") && !map.entries().containsKey("apiVersion");
            Tree.Mapping asOdcs = plain ? PlainForm.toOdcs(map, !json, faults) : map;
            odcs = plain && !faults.isEmpty()
                    ? asOdcs
                    : new ShapeCheck(faults, !json).document(asOdcs, OdcsShape.DOCUMENT);
            contract = plain && !faults.isEmpty() ? Optional.empty() : ContractReader.read(new At("", odcs), faults);
        }
        faults.throwIfAny();
        String canonical = CanonicalJson.write(odcs.plain());
        return new ContractDocument(contract.orElseThrow(), canonical, CanonicalJson.digest(canonical));
    }

    private static Optional<Tree.Mapping> tree(String path, String content, boolean json, DocumentFaults faults) {
        if (content.length() > MAX_CHARACTERS) {
            faults.add("", new Place(path, 1, 1), "a contract may have at most " + MAX_CHARACTERS + " characters");
            return Optional.empty();
        }
        if (json) {
            return JsonTrees.read(path, content, faults)
                    .filter(Tree.Mapping.class::isInstance)
                    .map(Tree.Mapping.class::cast);
        }
        var yamlFaults = new Faults();
        List<Tree> documents = Yaml.trees(new DefinitionFile(path, content), yamlFaults);
        yamlFaults.all().forEach(fault -> faults.add("", fault.place(), fault.message()));
        if (documents.size() == 1 && documents.getFirst() instanceof Tree.Mapping mapping) {
            return Optional.of(mapping);
        }
        if (yamlFaults.isEmpty()) {
            Place place = documents.isEmpty()
                    ? new Place(path, 1, 1)
                    : documents.getLast().place();
            faults.add("", place, "expected one document, a map of keys to values");
        }
        return Optional.empty();
    }
}
