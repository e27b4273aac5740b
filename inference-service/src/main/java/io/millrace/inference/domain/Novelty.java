package io.millrace.inference.domain;

/** How it is measured how unlike the reference of a model a row is. Written in lower case, with dashes. */
public enum Novelty {
    /** The distance from the reference's mean in its own spread. */
    MAHALANOBIS,
    /** How few random splits set the row apart. */
    ISOLATION_FOREST
}
