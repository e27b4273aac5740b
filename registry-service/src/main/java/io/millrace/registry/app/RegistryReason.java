package io.millrace.registry.app;

import io.millrace.gate.Reason;

/** Why the registry refuses. Names are stable; clients decide by them. */
public enum RegistryReason implements Reason {
    /** Domain or name is not an identifier. */
    IDENTIFIER_INVALID(Kind.INVALID_ARGUMENT),
    /** The document breaks ODCS or the plain form; each fault is a detail. */
    CONTRACT_INVALID(Kind.INVALID_ARGUMENT),
    /** A query parameter or field of the request is out of its bounds. */
    ARGUMENT_INVALID(Kind.INVALID_ARGUMENT),
    /** The page token is not one that this registry gave for this filter. */
    PAGE_TOKEN_INVALID(Kind.INVALID_ARGUMENT),
    /** The rows are not of the format that they are sent as. */
    ROWS_UNREADABLE(Kind.INVALID_ARGUMENT),
    DATA_PRODUCT_NOT_FOUND(Kind.NOT_FOUND),
    REVISION_NOT_FOUND(Kind.NOT_FOUND),
    /** The contract has no such schema object, or several and none was named. */
    SCHEMA_NOT_FOUND(Kind.NOT_FOUND),
    /** The rows are more than one validation takes. */
    ROWS_TOO_MANY(Kind.RESOURCE_EXHAUSTED),
    /** As many validations run as are allowed at a time. */
    VALIDATIONS_BUSY(Kind.RESOURCE_EXHAUSTED),
    /** The catalogue's configured size is used up. */
    CATALOGUE_FULL(Kind.RESOURCE_EXHAUSTED),
    /** Postgres is not reachable and the answer is not in the cache, or it is a write. */
    STORE_UNAVAILABLE(Kind.UNAVAILABLE);

    private final Kind kind;

    RegistryReason(Kind kind) {
        this.kind = kind;
    }

    @Override
    public String domain() {
        return "millrace.registry";
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
