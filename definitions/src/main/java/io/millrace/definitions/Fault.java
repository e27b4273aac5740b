package io.millrace.definitions;

/** One fault of a definition: where, and what was expected. */
public record Fault(Place place, String message) {
    @Override
    public String toString() {
        return place + ": " + message;
    }
}
