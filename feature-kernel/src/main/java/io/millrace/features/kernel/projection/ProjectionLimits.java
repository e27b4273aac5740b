package io.millrace.features.kernel.projection;

/**
 * What a record may cost.
 *
 * @param bytes of the whole record
 * @param depth of nesting
 * @param numberLength characters of a number
 * @param stringLength characters of a field's text
 */
public record ProjectionLimits(int bytes, int depth, int numberLength, int stringLength) {
    /** 1 MiB, 100 levels, numbers of 100 and texts of 65,536 characters. */
    public static final ProjectionLimits DEFAULT = new ProjectionLimits(1 << 20, 100, 100, 1 << 16);

    public ProjectionLimits {
        if (bytes < 1 || depth < 1 || numberLength < 1 || stringLength < 1) {
            throw new IllegalArgumentException("limits must be positive, were " + bytes + " bytes, depth " + depth
                    + ", numbers of " + numberLength + ", texts of " + stringLength);
        }
    }
}
