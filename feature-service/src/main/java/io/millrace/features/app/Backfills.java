package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;

/** Says what a new version of a view reads before it has caught up. */
public interface Backfills {
    /** Asks the view's source. A source that does not answer is a backfill of unknown size, not an error. */
    Backfill of(FeatureView view);
}
