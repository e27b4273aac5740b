package io.millrace.features.kernel.format;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.ResolvingDecoder;
import org.jspecify.annotations.Nullable;

/** Avro's reader with a bound on nesting, and lists that grow with what is there. Used by one thread at a time. */
final class BoundedAvroReader extends GenericDatumReader<Object> {
    private static final int FIRST_CAPACITY = 16;

    private final int maxDepth;
    private int depth;

    BoundedAvroReader(Schema writer, Schema reader, int maxDepth) {
        super(writer, reader, slow());
        this.maxDepth = maxDepth;
    }

    /** Avro's fast reader has no place where nesting could be bounded. */
    private static GenericData slow() {
        var data = new GenericData();
        data.setFastReaderEnabled(false);
        return data;
    }

    @Override
    protected Object read(@Nullable Object old, Schema expected, ResolvingDecoder in) throws IOException {
        if (++depth > maxDepth) {
            depth = 0;
            throw new UndecodableRecordException(
                    UndecodableRecordException.Fault.TOO_LARGE, "nested more than " + maxDepth + " levels deep");
        }
        Object value = super.read(old, expected, in);
        depth--;
        return value;
    }

    /** Forgets what a record that failed left behind. */
    void begin() {
        depth = 0;
    }

    @Override
    protected Object newArray(@Nullable Object old, int size, Schema schema) {
        return super.newArray(old, Math.min(size, FIRST_CAPACITY), schema);
    }

    @Override
    protected Object newMap(@Nullable Object old, int size) {
        return super.newMap(old, Math.min(size, FIRST_CAPACITY));
    }
}
