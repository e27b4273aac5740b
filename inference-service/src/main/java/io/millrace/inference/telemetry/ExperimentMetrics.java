package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.millrace.inference.app.experiment.BanditReport;
import io.millrace.inference.app.experiment.ExperimentReport;
import io.millrace.inference.app.experiment.ExperimentReport.Action;
import io.millrace.models.kernel.evidence.Evidence;
import io.millrace.models.kernel.evidence.Evidence.Gain;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How experiments and bandits stand, as each replica knows it. Labels are deployments and arms that are applied, of which there is a bounded number. Thread-safe. */
@ApplicationScoped
public class ExperimentMetrics {
    public static final String GAIN = "millrace.inference.experiment.gain";
    public static final String ROWS = "millrace.inference.experiment.measured";
    public static final String SAMPLE_RATIO_P = "millrace.inference.experiment.sample.ratio.p";
    public static final String DECISIONS = "millrace.inference.experiment.decisions";
    public static final String CHANCE = "millrace.inference.bandit.chance";
    public static final String REWARD = "millrace.inference.bandit.reward";

    private final MeterRegistry registry;
    private final MultiGauge gains;
    private final MultiGauge rows;
    private final MultiGauge ratios;
    private final MultiGauge chances;
    private final MultiGauge rewards;
    private final Map<String, ExperimentReport> experiments = new ConcurrentHashMap<>();
    private final Map<String, BanditReport> bandits = new ConcurrentHashMap<>();

    public ExperimentMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.gains = gauge(registry, GAIN, "By how much the challenger is better, and the interval around it");
        this.rows = gauge(registry, ROWS, "Rows with labels that the running experiment has measured");
        this.ratios = gauge(registry, SAMPLE_RATIO_P, "P-value of the shares that the arms got");
        this.chances = gauge(registry, CHANCE, "Chance with which the bandit chooses the arm");
        this.rewards = gauge(registry, REWARD, "Mean reward of the arm, from 0 to 1");
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String what) {
        return MultiGauge.builder(name).description(what).register(registry);
    }

    /** Something was done, or is to be done, about an experiment. */
    public void decided(Action action) {
        Counter.builder(DECISIONS)
                .description("Experiments that came to an end, by what was done")
                .tag("action", action.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .register(registry)
                .increment();
    }

    public synchronized void show(ExperimentReport report) {
        experiments.put(report.deployment(), report);
        refreshExperiments();
    }

    public synchronized void show(BanditReport report) {
        bandits.put(report.deployment(), report);
        refreshBandits();
    }

    /** The deployment has no experiment now, or other than was shown. */
    public synchronized void forgetExperiment(String deployment) {
        if (experiments.remove(deployment) != null) {
            refreshExperiments();
        }
    }

    public synchronized void forgetBandit(String deployment) {
        if (bandits.remove(deployment) != null) {
            refreshBandits();
        }
    }

    private void refreshExperiments() {
        List<Row<?>> gained = new ArrayList<>();
        List<Row<?>> measured = new ArrayList<>();
        List<Row<?>> shares = new ArrayList<>();
        experiments.forEach((deployment, report) -> {
            Evidence evidence = report.evidence();
            Gain objective = evidence.objective();
            Tags tags = Tags.of("deployment", deployment);
            gained.add(Row.of(tags.and("bound", "estimate"), objective.estimate()));
            gained.add(Row.of(tags.and("bound", "lower"), objective.lower()));
            gained.add(Row.of(tags.and("bound", "upper"), objective.upper()));
            measured.add(Row.of(tags.and("arm", report.champion()), evidence.championRows()));
            measured.add(Row.of(tags.and("arm", report.challenger()), evidence.challengerRows()));
            shares.add(Row.of(tags, evidence.sampleRatioP()));
        });
        gains.register(gained, true);
        rows.register(measured, true);
        ratios.register(shares, true);
    }

    private void refreshBandits() {
        List<Row<?>> chosen = new ArrayList<>();
        List<Row<?>> earned = new ArrayList<>();
        bandits.forEach((deployment, report) -> report.arms().forEach(arm -> {
            Tags tags = Tags.of("deployment", deployment, "arm", arm.arm());
            chosen.add(Row.of(tags, arm.chance()));
            earned.add(Row.of(tags, arm.mean()));
        }));
        chances.register(chosen, true);
        rewards.register(earned, true);
    }
}
