package io.millrace.inference.app.plan;

import io.millrace.inference.domain.Pipeline.ContractReference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Validates rows with contracts, registered ones or ones that need not be. Thread-safe. */
public interface ContractCheck {
    /**
     * Validates; changes nothing.
     *
     * @param rows JSON objects in UTF-8, 16 MiB at most
     * @return what the rows break; empty where the contract is not registered
     * @throws io.millrace.jobs.JobFailedException where the registry cannot be asked, or refuses the document
     */
    Optional<List<Issue>> check(Rules rules, List<byte[]> rows, Duration deadline);

    /** By which contract. */
    sealed interface Rules {
        /** The current revision. */
        record Registered(ContractReference contract) implements Rules {}

        /** As its author wrote it. */
        record Document(String text) implements Rules {}
    }

    /**
     * A rule that rows break.
     *
     * @param column empty for the whole table
     * @param rows how many break it
     * @param sample some of them, JSON objects
     */
    record Issue(String check, String column, String message, long rows, List<String> sample) {
        public Issue {
            sample = List.copyOf(sample);
        }
    }
}
