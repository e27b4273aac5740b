package io.millrace.inference.features;

/**
 * Bounds the load that retries add: each first call earns a share of a retry, each retry costs a whole one. What is saved is bounded too, so that a
 * quiet hour does not pay for a storm. Thread-safe.
 */
final class RetryBudget {
    private static final double MOST_SAVED = 10;

    private final double share;
    private double saved;

    /**
     * @param share retries per first call, 0 to 0.1
     */
    RetryBudget(double share) {
        if (!(share >= 0 && share <= 0.1)) {
            throw new IllegalArgumentException(
                    "millrace.inference.features.retry-budget must be 0 to 0.1, was " + share);
        }
        this.share = share;
    }

    synchronized void called() {
        saved = Math.min(MOST_SAVED, saved + share);
    }

    /** Whether a retry is paid for; it is taken off if so. */
    synchronized boolean mayRetry() {
        // A hundred times 0.1 is a little less than 10.
        if (saved < 1 - 1e-9) {
            return false;
        }
        saved -= 1;
        return true;
    }
}
