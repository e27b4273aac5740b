package io.millrace.inference.app.deploy;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Split;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A revision of a deployment as calls see it. Immutable but for what it counts; a call that has it keeps it to its end. */
public final class Route {
    private final Deployment deployment;
    private final long revision;
    private final Split split;
    private final List<Choice> choices;
    private final List<ArmTally> tallies;
    private final List<ArmTally> shadowTallies;
    private final Optional<ArmPolicy> policy;

    /**
     * A revision.
     *
     * @param tallies where the calls of an arm or shadow are counted, by its name
     */
    public static Route of(Deployment deployment, long revision, Function<String, ArmTally> tallies) {
        return new Route(deployment, revision, tallies, Optional.empty());
    }

    /** The same with a policy that chooses the arms in place of their weights. */
    public static Route of(
            Deployment deployment, long revision, Function<String, ArmTally> tallies, Optional<ArmPolicy> policy) {
        return new Route(deployment, revision, tallies, policy);
    }

    private Route(
            Deployment deployment, long revision, Function<String, ArmTally> tallies, Optional<ArmPolicy> policy) {
        this.policy = policy;
        this.deployment = deployment;
        this.revision = revision;
        List<Arm> arms = deployment.arms();
        this.split = new Split(
                deployment.name(),
                arms.stream().map(Arm::name).toList(),
                arms.stream().map(Arm::weight).toList());
        this.choices = IntStream.range(0, arms.size())
                .mapToObj(arm ->
                        new Choice(deployment.name(), revision, arms.get(arm).name(), split.share(arm)))
                .toList();
        this.tallies = arms.stream().map(arm -> tallies.apply(arm.name())).toList();
        this.shadowTallies = deployment.shadows().stream()
                .map(shadow -> tallies.apply(shadow.name()))
                .toList();
    }

    public Deployment deployment() {
        return deployment;
    }

    public long revision() {
        return revision;
    }

    /** The arm, counted from 0, of whatever has this key, and of which nothing else is known. */
    public int arm(String key) {
        return policy.map(chooses -> chooses.choose(key, Map.of()).arm()).orElseGet(() -> split.of(key));
    }

    /** What the arm of a row hangs on beside its key. */
    public List<String> context() {
        return policy.map(ArmPolicy::context).orElse(List.of());
    }

    /**
     * An arm, counted from 0, for one row.
     *
     * @param choice says which, and with which chance
     */
    public record Picked(int arm, Choice choice) {}

    /** The arm of a row. */
    public Picked pick(String key, Supplier<Map<String, Object>> values) {
        if (policy.isEmpty()) {
            int arm = split.of(key);
            return new Picked(arm, choices.get(arm));
        }
        var chosen = policy.get().choose(key, values.get());
        String name = deployment.arms().get(chosen.arm()).name();
        return new Picked(chosen.arm(), new Choice(deployment.name(), revision, name, chosen.propensity()));
    }

    public Choice choice(int arm) {
        return choices.get(arm);
    }

    public ModelReference model(int arm) {
        return deployment.arms().get(arm).model();
    }

    /** The model of the arm with the largest share, the first of those that share it. */
    public ModelReference largest() {
        int largest = 0;
        for (int arm = 1; arm < choices.size(); arm++) {
            if (choices.get(arm).share() > choices.get(largest).share()) {
                largest = arm;
            }
        }
        return model(largest);
    }

    public ArmTally tally(int arm) {
        return tallies.get(arm);
    }

    public ArmTally shadowTally(int shadow) {
        return shadowTallies.get(shadow);
    }

    /** What decides the arm of a pipeline's row: by default the request, or in a stream the event, that it is of. */
    public String key(Pipeline pipeline, ScoreRow row) {
        return switch (deployment.sticky()) {
            case Sticky.Request() -> request(pipeline, row);
            case Sticky.Entity() -> entity(pipeline, row);
            case Sticky.Field(String field) -> {
                Object value = row.fields().get(field);
                yield value == null ? request(pipeline, row) : field + "=" + value;
            }
        };
    }

    private static String request(Pipeline pipeline, ScoreRow row) {
        return row.origin().isEmpty() ? entity(pipeline, row) : row.origin();
    }

    /** What decides the arm of a call with tensors. */
    public String key(String request, Map<String, Object> parameters) {
        return deployment.sticky() instanceof Sticky.Field(String field) && parameters.get(field) != null
                ? field + "=" + parameters.get(field)
                : request;
    }

    /** The values of the join keys, in the order of their names. A row that lacks one is refused later; its arm does not matter. */
    private static String entity(Pipeline pipeline, ScoreRow row) {
        var text = new StringBuilder();
        new TreeMap<>(pipeline.entity()).forEach((key, field) -> text.append(key)
                .append('=')
                .append(Optional.<Object>ofNullable(row.fields().get(field)).orElse(""))
                .append('\u001f'));
        return text.toString();
    }
}
