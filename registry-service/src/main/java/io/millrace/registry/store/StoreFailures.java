package io.millrace.registry.store;

import io.millrace.registry.app.StoreUnavailableException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells by SQLSTATE, never by text, whether a failure means that Postgres is away, that another registration was faster, or neither. */
final class StoreFailures {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String UNDEFINED_TABLE = "42P01";
    private static final String READ_ONLY = "25006";

    private StoreFailures() {}

    /** Whether another transaction was faster, so that trying again is right. */
    static boolean isConflict(Throwable thrown) {
        return sqlState(thrown)
                .map(state -> UNIQUE_VIOLATION.equals(state) || state.startsWith("40"))
                .orElse(false);
    }

    /**
     * The failure as what its caller should know: {@link StoreUnavailableException} where Postgres is away, not ready or read-only; else itself.
     * A driver's or pool's failure without SQLSTATE (no connection in time) counts as away.
     */
    static RuntimeException translate(RuntimeException thrown) {
        @Nullable SQLException sql = sqlException(thrown);
        if (sql == null) {
            return thrown;
        }
        String state = sql.getSQLState();
        if (state == null || state.isEmpty()) {
            return new StoreUnavailableException("no connection to Postgres", thrown);
        }
        // 08 connection, 53 out of resources, 57 operator intervention, 58 system error
        boolean away =
                state.startsWith("08") || state.startsWith("53") || state.startsWith("57") || state.startsWith("58");
        if (away) {
            return new StoreUnavailableException("Postgres is away (SQLSTATE " + state + ")", thrown);
        }
        if (UNDEFINED_TABLE.equals(state)) {
            return new StoreUnavailableException("Postgres has no registry tables", thrown);
        }
        if (READ_ONLY.equals(state)) {
            return new StoreUnavailableException("Postgres is read-only", thrown);
        }
        return thrown;
    }

    private static Optional<String> sqlState(Throwable thrown) {
        return Optional.ofNullable(sqlException(thrown)).map(SQLException::getSQLState);
    }

    /** The innermost SQLException among the causes. */
    private static @Nullable SQLException sqlException(Throwable thrown) {
        @Nullable SQLException found = null;
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof SQLException sql) {
                found = sql;
            }
            cause = cause.getCause();
        }
        return found;
    }
}
