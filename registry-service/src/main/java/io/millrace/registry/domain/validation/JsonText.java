package io.millrace.registry.domain.validation;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON as the engine needs it: reads the text of CSV's arrays and objects, and writes samples. */
public interface JsonText {
    /** The text as a cell of {@link Rows}, or empty where it is not JSON. */
    Optional<Object> read(String text);

    /** A cell, a map or a list of cells as JSON. Values that JSON has no form for are written as text. */
    String write(@Nullable Object value);
}
