package io.millrace.features.kernel.definition;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.features.kernel.FeatureView;
import java.util.List;

/** The {@code kind: FeatureView} documents of definition files that need nothing else than what stands in these files. Stateless. */
public final class FeatureViewReader {
    /** The {@code kind} of the documents that are read. */
    public static final String KIND = "FeatureView";

    private final DefinitionReader reader = new DefinitionReader();

    /**
     * The views of the files, in their order.
     *
     * @throws InvalidDefinitionException with every fault of every file
     */
    public List<FeatureView> read(List<DefinitionFile> files) {
        var faults = new Faults();
        List<FeatureView> views = read(files, faults);
        faults.throwIfAny();
        return views;
    }

    /** The views of the files that have no fault, in their order; every fault is added to {@code faults}. */
    public List<FeatureView> read(List<DefinitionFile> files, Faults faults) {
        return List.copyOf(
                reader.read(files, DefinitionSet.EMPTY, faults).views().values());
    }
}
