package io.millrace.inference.app.learn;

/** Writes what a learner has learned as a file that serves. */
@FunctionalInterface
public interface ModelFormat {
    /** The same model gives the same bytes. */
    byte[] write(LearnedModel model);
}
