package io.millrace.inference.domain.deploy;

import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.Pipeline.ModelReference;
import java.util.List;

/**
 * How the calls of a name are split among models.
 *
 * @param description empty where the author gives none, as the owner is
 * @param arms one of which answers each call; their weights make 100
 * @param shadows that see calls as well and answer none
 * @param yaml the definition as its author wrote it
 */
public record Deployment(
        String name, String description, String owner, List<Arm> arms, List<Shadow> shadows, Sticky sticky, String yaml)
        implements Definition {
    public Deployment {
        arms = List.copyOf(arms);
        shadows = List.copyOf(shadows);
    }

    /**
     * A model that answers a share of the calls.
     *
     * @param name what the calls' assignment hangs on: a version that changes under it keeps its calls
     * @param weight percent of what is split
     */
    public record Arm(String name, ModelReference model, double weight) {}

    /**
     * A model that is shown calls beside the one that answers.
     *
     * @param sample percent of the calls that it sees
     */
    public record Shadow(String name, ModelReference model, double sample) {}

    /** What goes to one arm together, now and later. */
    public sealed interface Sticky {
        /** Each call; in a stream, each event. */
        record Request() implements Sticky {}

        /** The join keys' values: an entity stays with its arm. Calls of a model bring none; each is its own there. */
        record Entity() implements Sticky {}

        /** The value of an event field, or of the parameter of that name of a call of a model. What brings none is its own. */
        record Field(String name) implements Sticky {}
    }
}
