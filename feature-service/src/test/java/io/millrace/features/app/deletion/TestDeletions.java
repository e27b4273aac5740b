package io.millrace.features.app.deletion;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;

/** Deletions for the tests of other rooms. */
public final class TestDeletions {
    private TestDeletions() {}

    /** An entity is deleted from a view: its events below these offsets are void. */
    public static Deletion of(FeatureView view, EntityKey key, Map<SourcePartition, Long> below) {
        SortedMap<String, FeatureValue> named = EntityHash.named(view, key);
        return new Deletion(
                new Deletion.Target(Deletion.Kind.VIEW, view.id().name()),
                EntityHash.of(named),
                below,
                Instant.EPOCH,
                "a test",
                Deletion.State.REQUESTED,
                named);
    }
}
