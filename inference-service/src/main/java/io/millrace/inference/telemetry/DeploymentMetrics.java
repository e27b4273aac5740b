package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.inference.app.deploy.ArmTally;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;

/** What the arms and shadows of deployments came to. Labels are names of definitions that are applied, of which there is a bounded number. */
@ApplicationScoped
public class DeploymentMetrics {
    public static final String CALLS = "millrace.inference.deployment.calls";
    public static final String DURATION = "millrace.inference.deployment.duration";
    public static final String ROWS = "millrace.inference.deployment.rows";
    public static final String ERRORS = "millrace.inference.deployment.errors";
    public static final String SCORES = "millrace.inference.deployment.scores";
    public static final String SCORE_SUM = "millrace.inference.deployment.score.sum";
    public static final String DROPPED = "millrace.inference.shadow.dropped";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1)
    };

    private final MeterRegistry registry;
    private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();

    public DeploymentMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Where the nanoseconds of an arm's or shadow's answers go, until {@link #forget}. */
    public LongConsumer durations(String deployment, String arm) {
        Timer timer = Timer.builder(DURATION)
                .description("Running the arm's model, waiting for it included")
                .tags(tags(deployment, arm))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        of(deployment, arm).add(timer);
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Shows what an arm or shadow comes to, until {@link #forget}. */
    public void watch(String deployment, String arm, ArmTally tally) {
        Tags tags = tags(deployment, arm);
        of(deployment, arm)
                .addAll(List.of(
                        counter(CALLS, "Calls and parts of batches that went to the arm", tags, tally, ArmTally::calls),
                        counter(ROWS, "Rows that the arm answered", tags, tally, ArmTally::rows),
                        counter(ERRORS, "Calls that the arm failed", tags, tally, ArmTally::errors),
                        counter(SCORES, "Predictions of pipelines by the arm", tags, tally, ArmTally::scores),
                        counter(
                                DROPPED,
                                "Calls that a shadow did not see in time",
                                tags,
                                tally,
                                ArmTally::droppedCalls),
                        Gauge.builder(SCORE_SUM, tally, ArmTally::scoreSum)
                                .description("Sum of the predictions of pipelines by the arm")
                                .tags(tags)
                                .register(registry)));
    }

    public void forget(String deployment, String arm) {
        List<Meter> gone = meters.remove(deployment + "/" + arm);
        if (gone != null) {
            gone.forEach(registry::remove);
        }
    }

    private List<Meter> of(String deployment, String arm) {
        return meters.computeIfAbsent(deployment + "/" + arm, _ -> new CopyOnWriteArrayList<>());
    }

    private static Tags tags(String deployment, String arm) {
        return Tags.of("deployment", deployment, "arm", arm);
    }

    private FunctionCounter counter(
            String name, String what, Tags tags, ArmTally tally, ToDoubleFunction<ArmTally> value) {
        return FunctionCounter.builder(name, tally, value)
                .description(what)
                .tags(tags)
                .register(registry);
    }
}
