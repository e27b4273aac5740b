package io.millrace.inference.app.watch;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition.RowFormat;
import io.millrace.inference.domain.ModelFault;
import java.nio.ByteBuffer;
import java.util.Set;

/** Reads the rows of references. Thread-safe. */
@FunctionalInterface
public interface ReferenceFiles {
    /** Reads none. */
    ReferenceFiles NONE = (_, _, _) -> {
        throw new ModelRefusedException(ModelFault.INVALID_REFERENCE, "references are not read here");
    };

    /**
     * Reads rows; of a file with more than are kept the same ones each time.
     *
     * @param numbers columns that are read as numbers whatever they are written as; others are numbers or texts as the file says
     * @throws ModelRefusedException INVALID_REFERENCE
     */
    ReferenceTable read(ByteBuffer content, RowFormat format, Set<String> numbers) throws ModelRefusedException;
}
