package io.millrace.inference.domain;

/** Whether a model version serves. */
public enum ModelState {
    /** The newest one that serves; pipelines without a version use it. */
    SERVING,
    /** Loaded, and used by pipelines that name it; another one is newer. */
    AVAILABLE,
    /** Does not serve, for a reason that is given. */
    REFUSED
}
