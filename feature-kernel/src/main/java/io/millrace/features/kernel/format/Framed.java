package io.millrace.features.kernel.format;

import io.millrace.features.kernel.format.UndecodableRecordException.Fault;

/**
 * The head of a record that names its schema in a registry: a 0 and the schema's id as four bytes, big-endian.
 *
 * @param id of the schema
 */
record Framed(int id) {
    static final int BYTES = 5;

    /** @throws UndecodableRecordException where the record has no such head */
    static Framed read(byte[] record) {
        if (record.length < BYTES || record[0] != 0) {
            throw new UndecodableRecordException(
                    Fault.NOT_FRAMED, "the record does not begin with a 0 and the id of its schema");
        }
        return new Framed(java.nio.ByteBuffer.wrap(record, 1, 4).getInt());
    }
}
