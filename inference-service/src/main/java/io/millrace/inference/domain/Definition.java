package io.millrace.inference.domain;

/** What an author writes and applies by name: a pipeline, a deployment and what else there may be. Two that say the same are equal. */
public interface Definition {
    String name();

    /** The document as its author wrote it. */
    String yaml();
}
