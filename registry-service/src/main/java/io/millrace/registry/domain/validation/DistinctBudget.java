package io.millrace.registry.domain.validation;

/** Bounds the distinct keys that one validation may hold in memory for all its uniqueness checks. Not thread-safe. */
final class DistinctBudget {
    private final long limit;
    private long taken;

    DistinctBudget(long limit) {
        this.limit = limit;
    }

    /**
     * @throws TooManyRowsException once the limit is passed
     */
    void take() {
        if (++taken > limit) {
            throw new TooManyRowsException(
                    "uniqueness checks would hold more than " + limit + " distinct keys in memory");
        }
    }
}
