package io.millrace.inference.domain.deploy;

import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.Pipeline.ModelReference;
import java.util.List;
import java.util.Optional;

/**
 * How the calls of a name are split among models.
 *
 * @param description empty where the author gives none, as the owner is
 * @param arms one of which answers each call; their weights make 100
 * @param shadows that see calls as well and answer none
 * @param experiment what decides between two of them; empty where people do
 * @param bandit what chooses the arms in place of their weights
 * @param yaml the definition as its author wrote it
 */
public record Deployment(
        String name,
        String description,
        String owner,
        List<Arm> arms,
        List<Shadow> shadows,
        Sticky sticky,
        Optional<Experiment> experiment,
        Optional<Bandit> bandit,
        String yaml)
        implements Definition {
    public Deployment {
        arms = List.copyOf(arms);
        shadows = List.copyOf(shadows);
    }

    /** Whether the experiment's challenger is a shadow, so that it scores what the champion answers; else each call goes to one of them. */
    public boolean isPaired() {
        return experiment
                .filter(declared ->
                        shadows.stream().anyMatch(shadow -> shadow.name().equals(declared.challenger())))
                .isPresent();
    }

    /** Percent of what is split that an arm gets; 0 of none. */
    public double weight(String arm) {
        return arms.stream()
                .filter(each -> each.name().equals(arm))
                .mapToDouble(Arm::weight)
                .sum();
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
