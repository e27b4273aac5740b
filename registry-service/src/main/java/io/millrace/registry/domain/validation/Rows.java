package io.millrace.registry.domain.validation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table, read once from first to last. A cell is null, String, Long, BigInteger, BigDecimal, Double, Boolean, LocalDate, Instant,
 * LocalDateTime, LocalTime, List or Map (with text keys) of the same; in {@link Dialect#CSV} it is null or a String. Not thread-safe.
 */
public interface Rows extends AutoCloseable {
    Dialect dialect();

    /** Names of the columns by index. Complete before the first row, except in JSON, where a column is known once a row has it. */
    List<String> columns();

    /** The next row's cells by index of {@link #columns}, or null after the last. May be shorter than the columns: the rest is absent. */
    @Nullable
    Object @Nullable [] next();

    @Override
    void close();
}
