package io.millrace.inference.kafka;

import java.io.IOException;
import java.util.Map;

/** Reads the fields that a pipeline names of records in one format. Thread-safe. */
interface EventFields {
    /**
     * The fields of a record.
     *
     * @throws IOException where it is not JSON as it must be
     * @throws io.millrace.features.kernel.format.UndecodableRecordException where it can never be read by its schema
     * @throws io.millrace.features.kernel.format.SchemaRegistryUnavailableException where its schema cannot be had now
     */
    Read read(byte[] record) throws IOException;

    /**
     * What was read.
     *
     * @param values scalars by path: Boolean, Long, Double or String; what is absent, null, a list or a map is not there
     * @param texts the key's and the timestamp's as they are written; others may be there
     * @param instants those that are instants by their schema, microseconds since the epoch
     */
    record Read(Map<String, Object> values, Map<String, String> texts, Map<String, Long> instants) {}
}
