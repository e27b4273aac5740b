package io.millrace.features.kernel;

/** One version of a feature view. */
public record ViewId(String name, String version) {
    /** {@code name@version}. */
    @Override
    public String toString() {
        return name + "@" + version;
    }
}
