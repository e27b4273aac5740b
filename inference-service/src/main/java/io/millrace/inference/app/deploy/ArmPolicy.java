package io.millrace.inference.app.deploy;

import io.millrace.models.kernel.evidence.Choice;
import java.util.List;
import java.util.Map;

/** Chooses the arms of a deployment's calls by what is known of them at that moment. Thread-safe; never waits. */
public interface ArmPolicy {
    /** What a choice hangs on: features by reference and request fields by name. Empty where it hangs on none. */
    List<String> context();

    /**
     * The arm, counted as the deployment has them, and the chance with which it was chosen.
     *
     * @param key what is chosen for: of the same key the same, as long as what is known is the same
     * @param values of the context, as far as they are known
     */
    Choice choose(String key, Map<String, Object> values);
}
