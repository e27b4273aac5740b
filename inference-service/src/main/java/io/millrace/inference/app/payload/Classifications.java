package io.millrace.inference.app.payload;

import io.millrace.inference.domain.Pipeline.ContractReference;
import java.time.Duration;
import java.util.Map;

/** What contracts say of the fields of their data. */
public interface Classifications {
    /** What asking gave. That nobody knows is an answer, after which nothing is logged. */
    sealed interface Found {
        /** The classification of each field that the contract describes, by its path ({@code basket.total}); empty where it gives none. */
        record Fields(Map<String, String> classifications) implements Found {}

        record Unknown(String why) implements Found {}
    }

    Found find(ContractReference contract, Duration deadline);
}
