package io.millrace.inference.domain;

import java.util.Optional;

/** Element types of tensors, under the names that the Open Inference Protocol v2 gives them. */
public enum Datatype {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    BF16(2),
    FP32(4),
    FP64(8),
    /** Byte strings of any length each. */
    BYTES(0);

    private final int bytes;

    Datatype(int bytes) {
        this.bytes = bytes;
    }

    /** Size of an element in bytes; 0 for {@link #BYTES}, whose elements say their own. */
    public int bytes() {
        return bytes;
    }

    /** Whether a number is one of this type's; only of integers up to 63 bits and a sign, that is not of {@link #UINT64}. */
    public boolean holds(long value) {
        return switch (this) {
            case INT8, INT16, INT32, INT64 -> {
                int spare = Long.SIZE - bytes * Byte.SIZE;
                yield value << spare >> spare == value;
            }
            case UINT8, UINT16, UINT32 -> value >>> bytes * Byte.SIZE == 0;
            default -> throw new IllegalArgumentException(this + " is not asked for here");
        };
    }

    /** The type of exactly this name. */
    public static Optional<Datatype> named(String name) {
        for (Datatype type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
