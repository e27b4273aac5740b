package io.millrace.inference.app.experiment;

import io.millrace.inference.app.experiment.BanditReport.ArmRewards;
import io.millrace.inference.app.experiment.BanditReport.Value;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.models.kernel.evidence.OffPolicy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/**
 * A deployment's bandit, told the rewards of what it chose, and the values of policies that never ran, by the chances that were logged with the choices. Predictions without a label teach it nothing. Not thread-safe.
 */
final class BanditFold implements OutcomeFold {
    private static final int VERSION = 1;
    private static final int MOST_STATE = 8 << 20;
    private static final double ALPHA = 0.05;
    private static final double TIGHTEST_AT = 10_000;
    /** So that rounding clips no weight that is at its most. */
    private static final double ROUNDING = 1 + 1e-9;

    private final Deployment deployment;
    private final Bandit bandit;
    private final long since;
    private final Task task;
    private final List<String> arms;
    private final List<Target> targets;
    private final Consumer<BanditReport> reports;

    private Brain brain;
    private final List<OffPolicy> values = new ArrayList<>();
    private final long[] rewards;
    private final double[] sums;
    private long micros;

    /** A policy that is valued. {@code chances} by arm; none of the one that ran. */
    private record Target(String name, double[] chances) {}

    /** @param since the first revision whose choices count */
    BanditFold(Deployment deployment, long since, Task task, Consumer<BanditReport> reports) {
        this.deployment = deployment;
        this.bandit = deployment.bandit().orElseThrow();
        this.since = since;
        this.task = task;
        this.arms = deployment.arms().stream().map(Deployment.Arm::name).toList();
        this.targets = targets(bandit, arms);
        this.reports = reports;
        this.brain = Brain.fresh(bandit, arms.size());
        this.rewards = new long[arms.size()];
        this.sums = new double[arms.size()];
        double mostWeight = arms.size() / bandit.exploration() * ROUNDING;
        targets.forEach(_ -> values.add(new OffPolicy(0, 1, mostWeight, ALPHA, TIGHTEST_AT)));
    }

    private static List<Target> targets(Bandit bandit, List<String> arms) {
        List<Target> targets = new ArrayList<>();
        targets.add(new Target("deployed", new double[0]));
        for (int arm = 0; arm < arms.size(); arm++) {
            double[] chances = new double[arms.size()];
            chances[arm] = 1;
            targets.add(new Target("always-" + arms.get(arm), chances));
        }
        bandit.policies()
                .forEach(mixture -> targets.add(new Target(
                        mixture.name(),
                        arms.stream()
                                .mapToDouble(arm -> mixture.chances().getOrDefault(arm, 0.0))
                                .toArray())));
        return targets;
    }

    @Override
    public String name() {
        return FoldNames.of("bandit", deployment.name());
    }

    @Override
    public String fingerprint() {
        return fingerprint(deployment);
    }

    /** Of all that rewards and their sums hang on: what is known goes on as long as this stays. */
    static String fingerprint(Deployment deployment) {
        Bandit bandit = deployment.bandit().orElseThrow();
        List<String> arms = deployment.arms().stream().map(Deployment.Arm::name).toList();
        var text = new StringBuilder()
                .append(bandit.labels())
                .append(bandit.policy())
                .append(bandit.reward())
                .append(bandit.exploration());
        deployment.arms().forEach(arm -> text.append(arm.name()).append(arm.model()));
        for (Target target : targets(bandit, arms)) {
            text.append(target.name());
            for (double chance : target.chances()) {
                text.append(' ').append(chance);
            }
        }
        return FoldNames.digest(text.toString());
    }

    @Override
    public void fold(Outcome outcome, long offset) {
        if (!(outcome instanceof Labelled labelled)) {
            return;
        }
        Prediction prediction = labelled.prediction();
        Choice choice = prediction.choice().orElse(null);
        if (choice == null
                || !prediction.shadow().isEmpty()
                || !choice.deployment().equals(deployment.name())
                || choice.revision() < since) {
            return;
        }
        int arm = arms.indexOf(choice.arm());
        double reward = bandit.reward().reward(prediction.value(), labelled.label(), task);
        if (arm < 0 || !(reward >= 0 && reward <= 1) || !(choice.share() > 0 && choice.share() <= 1)) {
            return;
        }
        value(prediction, arm, choice.share(), reward);
        brain.learn(arm, prediction.values(), reward);
        rewards[arm]++;
        sums[arm] += reward;
        micros = Math.max(micros, labelled.micros());
    }

    /** By what was known before this reward. */
    private void value(Prediction prediction, int arm, double logged, double reward) {
        double[] expected = new double[arms.size()];
        for (int each = 0; each < expected.length; each++) {
            expected[each] = brain instanceof Brain.Linear linear
                    ? linear.expected(each, prediction.values())
                    : (0.5 + sums[each]) / (1 + rewards[each]);
        }
        for (int target = 0; target < targets.size(); target++) {
            double[] chances = targets.get(target).chances();
            if (chances.length == 0) {
                values.get(target).add(logged, logged, reward);
            } else {
                double all = 0;
                for (int each = 0; each < chances.length; each++) {
                    all += chances[each] * expected[each];
                }
                values.get(target).add(logged, chances[arm], reward, expected[arm], all);
            }
        }
    }

    /** What is known now. */
    BanditReport report(long offset) {
        double[] chances = brain.chances();
        List<ArmRewards> armRewards = new ArrayList<>();
        for (int arm = 0; arm < arms.size(); arm++) {
            armRewards.add(new ArmRewards(arms.get(arm), rewards[arm], sums[arm] / rewards[arm], chances[arm]));
        }
        List<Value> valued = new ArrayList<>();
        for (int target = 0; target < targets.size(); target++) {
            valued.add(new Value(targets.get(target).name(), values.get(target).estimates()));
        }
        return new BanditReport(
                deployment.name(),
                bandit.labels(),
                fingerprint(),
                since,
                offset,
                micros,
                armRewards,
                valued,
                Base64.getEncoder().encodeToString(brain.bytes()));
    }

    @Override
    public void kept(long offset) {
        reports.accept(report(offset));
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        byte[] state = brain.bytes();
        out.writeInt(state.length);
        out.write(state);
        for (int arm = 0; arm < rewards.length; arm++) {
            out.writeLong(rewards[arm]);
            out.writeDouble(sums[arm]);
        }
        out.writeLong(micros);
        for (OffPolicy value : values) {
            value.write(out);
        }
    }

    @Override
    public void read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        int length = in.readInt();
        if (version != VERSION || length < 0 || length > MOST_STATE) {
            throw new IOException("a bandit of version " + version + " with " + length + " bytes");
        }
        byte[] state = new byte[length];
        in.readFully(state);
        brain = Brain.read(bandit, state);
        for (int arm = 0; arm < rewards.length; arm++) {
            rewards[arm] = in.readLong();
            sums[arm] = in.readDouble();
        }
        micros = in.readLong();
        for (int target = 0; target < targets.size(); target++) {
            values.set(target, OffPolicy.read(in));
        }
    }
}
