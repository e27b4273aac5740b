package io.millrace.features.kernel.format;

import io.millrace.features.kernel.FeatureValue;
import org.jspecify.annotations.Nullable;

/** Reads records of one view's source. Made for the fields that the view uses; thread-safe. */
public interface RecordDecoder {
    /**
     * The values of the view's fields, in its order; null where a record has none. A value is what its encoding says it is, whatever the view declares: whole
     * numbers are {@code Int}, numbers with a fraction {@code Real}, enums and Avro's decimals {@code Text}, the encodings' own timestamps {@code Time}.
     *
     * @throws UndecodableRecordException where the record can never be read
     * @throws SchemaRegistryUnavailableException where its schema cannot be had now
     */
    @Nullable
    FeatureValue[] decode(byte[] record);
}
