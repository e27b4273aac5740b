package io.millrace.inference.app.experiment;

import io.millrace.inference.app.experiment.ExperimentReport.Data;
import io.millrace.inference.app.experiment.VersionCounts.Scorer;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import io.millrace.models.kernel.evidence.ChangePlan;
import io.millrace.models.kernel.evidence.ChangeTest;
import io.millrace.models.kernel.evidence.Decision;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The experiment of one revision of a deployment, told the outcomes of its labels. Where the challenger is an arm, a row is counted for its arm when it was predicted and measured when its label is there; where it is a
 * shadow, a row counts once both its scores have the label. What is decided is decided at one outcome and stays: later outcomes are not looked at. Not thread-safe.
 */
final class ExperimentFold implements OutcomeFold {
    private static final int VERSION = 1;
    /** When what could not be done is tried again. */
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final Deployment deployment;
    private final Experiment experiment;
    private final long revision;
    private final Task task;
    private final ChangePlan plan;
    private final boolean paired;
    private final Conclusions conclusions;

    private ChangeTest test;
    private Units units;
    private Pairs pairs = new Pairs();
    private VersionCounts versions = new VersionCounts();
    private long from = -1;
    private long to = -1;
    private long fromMicros;
    private long toMicros;
    private long outcomes;
    private boolean concluded;
    private long notBeforeNanos = System.nanoTime();

    /** Who hears of reports, and acts on what is decided. */
    interface Conclusions {
        /** Shows how the experiment stands. */
        void show(ExperimentReport report);

        /**
         * Does what was decided, once, however often it is told.
         *
         * @return whether that is over; else it is to be told again
         */
        boolean conclude(ExperimentReport report, boolean automatic);
    }

    /**
     * Nothing is known yet.
     *
     * @param revision of the deployment, whose predictions alone count
     * @param task of the labels
     */
    ExperimentFold(Deployment deployment, long revision, Task task, Conclusions conclusions) {
        this.deployment = deployment;
        this.experiment = deployment.experiment().orElseThrow();
        this.revision = revision;
        this.task = task;
        this.paired = deployment.isPaired();
        this.plan = Plans.of(deployment, experiment);
        this.conclusions = conclusions;
        this.test = new ChangeTest(plan);
        this.units = new Units();
    }

    @Override
    public String name() {
        return FoldNames.of("experiment", deployment.name());
    }

    @Override
    public String fingerprint() {
        return FoldNames.digest(experiment + " of revision " + revision + " of " + deployment.name() + ": "
                + deployment.arms() + deployment.shadows() + deployment.sticky() + task);
    }

    @Override
    public void fold(Outcome outcome, long offset) {
        if (test.decision() != Decision.HOLD) {
            return;
        }
        Prediction prediction = outcome.prediction();
        boolean taken = paired ? pair(outcome, prediction) : split(outcome, prediction);
        if (taken) {
            long micros = outcome instanceof Labelled labelled ? labelled.micros() : prediction.micros();
            from = outcomes == 0 ? offset : from;
            to = offset + 1;
            fromMicros = outcomes == 0 ? micros : Math.min(fromMicros, micros);
            toMicros = outcomes == 0 ? micros : Math.max(toMicros, micros);
            outcomes++;
        }
    }

    private boolean split(Outcome outcome, Prediction prediction) {
        if (!prediction.shadow().isEmpty() || !isOurs(prediction)) {
            return false;
        }
        String arm = prediction.choice().map(Choice::arm).orElse("");
        boolean toChallenger = arm.equals(experiment.challenger());
        if (!toChallenger && !arm.equals(experiment.champion())) {
            return false;
        }
        boolean each = deployment.sticky() instanceof Sticky.Request;
        return switch (outcome) {
            case Predicted _ -> {
                boolean isNew = each || units.begins(prediction);
                if (isNew) {
                    test.assigned(toChallenger);
                }
                yield isNew;
            }
            case Labelled labelled -> {
                boolean counts = each || units.isFirst(prediction);
                if (counts) {
                    test.measured(toChallenger, values(prediction.value(), labelled.label()));
                    versions.count(arm, Scorer.of(prediction.model()));
                }
                yield counts;
            }
            case Unlabelled _ -> false;
        };
    }

    private boolean pair(Outcome outcome, Prediction prediction) {
        boolean ofChallenger = prediction.shadow().equals(experiment.challenger());
        if (!ofChallenger && (!prediction.shadow().isEmpty() || !isChampions(prediction))) {
            return false;
        }
        if (ofChallenger && prediction.choice().isPresent() && !isOurs(prediction)) {
            return false;
        }
        return switch (outcome) {
            case Predicted _ -> false;
            case Labelled labelled -> {
                Optional<Pairs.Half> other = pairs.meet(prediction, ofChallenger);
                other.ifPresent(half -> {
                    double[] mine = values(prediction.value(), labelled.label());
                    double[] others = values(half.value(), labelled.label());
                    test.paired(ofChallenger ? others : mine, ofChallenger ? mine : others);
                    versions.count(
                            ofChallenger ? experiment.challenger() : experiment.champion(),
                            Scorer.of(prediction.model()));
                    versions.count(ofChallenger ? experiment.champion() : experiment.challenger(), half.model());
                });
                yield other.isPresent();
            }
            case Unlabelled _ -> {
                pairs.forget(prediction);
                yield false;
            }
        };
    }

    private boolean isChampions(Prediction prediction) {
        return isOurs(prediction)
                && prediction
                        .choice()
                        .filter(choice -> choice.arm().equals(experiment.champion()))
                        .isPresent();
    }

    private boolean isOurs(Prediction prediction) {
        return prediction
                .choice()
                .filter(choice -> choice.deployment().equals(deployment.name()) && choice.revision() == revision)
                .isPresent();
    }

    private double[] values(double prediction, double label) {
        double[] values = new double[1 + experiment.guardrails().size()];
        values[0] = experiment.objective().of(prediction, label, task);
        for (int i = 1; i < values.length; i++) {
            values[i] = experiment.guardrails().get(i - 1).measured().of(prediction, label, task);
        }
        return values;
    }

    /** How it stands now. */
    ExperimentReport report() {
        return new ExperimentReport(
                deployment.name(),
                revision,
                experiment.labels(),
                experiment.champion(),
                experiment.challenger(),
                paired,
                experiment.alpha(),
                experiment.minimumEffect(),
                new Data(from, to, fromMicros, toMicros, outcomes, pairs.dropped(), versions.list()),
                test.evidence(),
                Optional.empty());
    }

    @Override
    public boolean isDue() {
        return test.decision() != Decision.HOLD && !concluded && System.nanoTime() >= notBeforeNanos;
    }

    @Override
    public void kept(long offset) {
        ExperimentReport report = report();
        if (test.decision() == Decision.HOLD) {
            conclusions.show(report);
        } else if (!concluded) {
            concluded = conclusions.conclude(report, experiment.automatic());
            notBeforeNanos = System.nanoTime() + AGAIN.toNanos();
        }
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(from);
        out.writeLong(to);
        out.writeLong(fromMicros);
        out.writeLong(toMicros);
        out.writeLong(outcomes);
        test.write(out);
        units.write(out);
        pairs.write(out);
        versions.write(out);
    }

    @Override
    public void read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("an experiment of version " + version);
        }
        from = in.readLong();
        to = in.readLong();
        fromMicros = in.readLong();
        toMicros = in.readLong();
        outcomes = in.readLong();
        test = ChangeTest.read(in, plan);
        units = Units.read(in);
        pairs = Pairs.read(in);
        versions = VersionCounts.read(in);
    }
}
