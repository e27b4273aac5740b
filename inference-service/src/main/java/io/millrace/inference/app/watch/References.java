package io.millrace.inference.app.watch;

import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.explain.Backgrounds;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The references of the model versions that are loaded. Thread-safe. */
@Singleton
public class References implements Backgrounds {
    private final ReferenceFiles files;
    private final Map<Key, RegisteredReference> known = new ConcurrentHashMap<>();

    /** A version of a model with the digest of its file. */
    public record Key(String model, String version, String digest) {}

    public References(ReferenceFiles files) {
        this.files = files;
    }

    /**
     * Computes the reference of a version that is registered; empty where it brings none.
     *
     * @throws ModelRefusedException INVALID_REFERENCE
     */
    public Optional<RegisteredReference> register(ModelFile file) throws ModelRefusedException {
        ModelDefinition definition = file.definition();
        if (definition.reference().isEmpty() || file.reference().isEmpty()) {
            return Optional.empty();
        }
        ModelDefinition.Reference declared = definition.reference().get();
        var numbers = new HashSet<String>();
        definition.inputs().forEach(input -> input.columns().forEach(column -> {
            switch (column) {
                case Column.Feature feature -> {
                    numbers.add(feature.reference());
                    numbers.add(FeatureNames.plain(feature.reference()));
                }
                case Column.Request(String field) -> numbers.add(field);
            }
        }));
        declared.score().ifPresent(numbers::add);
        ReferenceTable table = files.read(file.reference().get(), declared.format(), numbers);
        RegisteredReference reference = RegisteredReference.of(definition, table);
        known.put(reference.key(), reference);
        return Optional.of(reference);
    }

    /** Lets go of a version's reference, unless another took its place. */
    public void forget(RegisteredReference reference) {
        known.remove(reference.key(), reference);
    }

    /** The reference of a version that is loaded and brings one. */
    Optional<RegisteredReference> find(Key key) {
        return Optional.ofNullable(known.get(key));
    }

    @Override
    public Optional<Background> of(ModelDefinition version) {
        return find(new Key(version.name(), version.version(), version.digest()))
                .flatMap(RegisteredReference::background);
    }
}
