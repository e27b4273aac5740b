package io.millrace.features.kafka;

/** Takes a view version's events into a store beside the online one. */
interface Feed extends SourceLoop.Taker {
    /** Records that are not in the store yet, as seen last. */
    long lag();
}
