package io.millrace.features.store;

/** The states that a store keeps of a view. */
enum Room {
    /** What reads see. */
    SERVED,
    /** What is built anew while the other one is served. */
    BESIDE
}
