package io.millrace.inference.domain;

/** Whether a model version serves. */
public enum ModelState {
    /** The newest one that serves; pipelines without a version use it. */
    SERVING,
    /** Loaded, and used by pipelines that name it; another one is newer. */
    AVAILABLE,
    /** Does not serve, for a reason that is given. */
    REFUSED,
    /** Does not serve because nobody wants it to: the version policy leaves it out, or it was unloaded by hand. */
    WITHHELD
}
