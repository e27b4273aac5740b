package io.millrace.features.kernel.format;

/** A record that can never be read; trying again gives the same. */
public final class UndecodableRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** What is wrong with a record. */
    public enum Fault {
        NOT_AVRO,
        NOT_PROTOBUF,
        /** It does not begin with the five bytes that name its schema. */
        NOT_FRAMED,
        /** The registry does not know its schema. */
        UNKNOWN_SCHEMA,
        /** Its schema is another format's, or has not what the view needs. */
        INCOMPATIBLE_SCHEMA,
        WRONG_TYPE,
        OUT_OF_RANGE,
        TOO_LARGE
    }

    /** @param message names the field and what was expected; never more than a few words of the record itself */
    public UndecodableRecordException(Fault fault, String message) {
        super(message, null, false, false);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
