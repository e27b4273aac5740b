package io.millrace.inference.app.experiment;

import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.domain.deploy.Measured;
import io.millrace.models.kernel.evidence.ChangePlan;
import io.millrace.models.kernel.evidence.Guardrail;
import io.millrace.models.kernel.evidence.Outcome;
import java.util.Locale;

/** Declared experiments as the kernel's plans. */
final class Plans {
    /** A mismatch is looked for at every row of every experiment and stops it: rarely wrong. */
    private static final double SAMPLE_RATIO_ALPHA = 0.001;

    private Plans() {}

    static ChangePlan of(Deployment deployment, Experiment experiment) {
        double share = 1;
        double differences = experiment.rows().expected() / 2.0;
        if (!deployment.isPaired()) {
            double challenger = deployment.weight(experiment.challenger());
            share = challenger / (challenger + deployment.weight(experiment.champion()));
            // A run of rows lasts until both arms occurred in it.
            differences = experiment.rows().expected() / (1 / share + 1 / (1 - share) - 1);
        }
        return new ChangePlan(
                outcome(experiment.objective()),
                experiment.minimumEffect(),
                experiment.guardrails().stream()
                        .map(guard -> new Guardrail(outcome(guard.measured()), guard.tolerance()))
                        .toList(),
                experiment.alpha(),
                share,
                SAMPLE_RATIO_ALPHA,
                Math.max(1, differences),
                experiment.rows().minimum(),
                experiment.rows().maximum());
    }

    private static Outcome outcome(Measured measured) {
        return new Outcome(
                measured.measure().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                measured.measure().isHigherBetter() ? Outcome.Better.HIGHER : Outcome.Better.LOWER,
                measured.low(),
                measured.high());
    }
}
