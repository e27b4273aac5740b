package io.millrace.inference.app.ensemble;

/** Takes what stands against an ensemble. */
@FunctionalInterface
interface Findings {
    /**
     * @param step whose fault it is; empty: the ensemble's own
     * @param part the key or, among what a step computes, the tensor that it is about
     */
    void add(String step, String part, String what);
}
