package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline.ContractReference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The contracts of input topics, as registry-service keeps them. */
public interface ContractRegistry {
    /** What asking gave. That the registry cannot be asked is an answer: the contract is unknown then, and the stream goes on. */
    sealed interface Verdict {
        /**
         * The rows were checked.
         *
         * @param violations failing rows, summed over the rules that they break
         * @param firstIssue the first broken rule in words; empty where all that could be checked holds
         */
        record Checked(long violations, String firstIssue) implements Verdict {}

        /** Nobody knows, and why. */
        record Unknown(String why) implements Verdict {}
    }

    /** Why the contract cannot be had; empty where it can. */
    Optional<String> whyUnknown(ContractReference contract, Duration deadline);

    /**
     * Checks rows against the current revision of a contract.
     *
     * @param rows JSON objects in UTF-8
     */
    Verdict check(ContractReference contract, List<byte[]> rows, Duration deadline);
}
