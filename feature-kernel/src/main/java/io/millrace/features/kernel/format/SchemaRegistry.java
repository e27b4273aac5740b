package io.millrace.features.kernel.format;

import java.util.List;
import java.util.Optional;

/** The schemas that records were written with, by the id that stands in them. Thread-safe; keeps what it was told. */
public interface SchemaRegistry {
    /**
     * The schema with an id; empty where the registry has none.
     *
     * @throws SchemaRegistryUnavailableException where it does not answer
     */
    Optional<Registered> schema(int id);

    /**
     * A registered schema.
     *
     * @param type {@code AVRO}, {@code PROTOBUF} or {@code JSON}
     * @param text .avsc or .proto
     * @param references what it refers to, in the order in which they build on each other: an Avro type's full name or a .proto import, and its text
     */
    record Registered(String type, String text, List<Reference> references) {
        public Registered {
            references = List.copyOf(references);
        }
    }

    /** A schema under the name by which another one refers to it. */
    record Reference(String name, String text) {}
}
