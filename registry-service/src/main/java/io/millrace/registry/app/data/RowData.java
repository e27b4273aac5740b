package io.millrace.registry.app.data;

import io.millrace.registry.domain.validation.Rows;

/** Rows that can be read more than once: each {@link #open} begins at the first. */
@FunctionalInterface
public interface RowData {
    /**
     * @throws io.millrace.gate.Refusal with ROWS_UNREADABLE where the bytes are not of the format; reading may throw it too
     */
    Rows open();
}
