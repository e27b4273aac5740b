package io.millrace.local.chaos;

import io.millrace.backing.audit.StreamAudit;
import io.millrace.backing.audit.Verdict;
import io.millrace.local.apply.Applied;
import io.millrace.local.apply.Applier;
import io.millrace.local.apply.DefinitionFolder;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.training.LinearModelFolder;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.KafkaException;

/** One run of a schedule on a platform that is begun anew. */
public final class Campaign {
    private static final Duration SETTLED = Duration.ofMinutes(4);
    private static final double LOOK_SECONDS = 0.25;
    private static final long SAY_NANOS = 10_000_000_000L;

    private final Layout layout;
    private final PortPlan ports;
    private final PrintStream out;
    private final InstantSource clock;
    private final Recoveries recoveries = new Recoveries();
    private final Set<String> underWay = new ConcurrentSkipListSet<>();

    /**
     * @param layout a home of its own; its data is wiped
     */
    public Campaign(Layout layout, PortPlan ports, PrintStream out, InstantSource clock) {
        this.layout = layout;
        this.ports = ports;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Runs the faults under load and judges the stream when all has settled.
     *
     * @param rate events per second
     */
    public Verdict run(String steps, long seed, int rate) {
        Schedule schedule = Schedule.parse(steps);
        layout.wipe();
        layout.create();
        LinearModelFolder.publish(layout.models(), Definitions.MODEL, "1", Definitions.columns());
        DefinitionFolder folder = Definitions.write(layout.data("definitions"));
        try (var stack = new Stack(layout, ports, out)) {
            Thread hook = new Thread(stack::close, "stop-platform");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                apply(folder);
                return run(schedule, seed, rate, stack);
            } finally {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private void apply(DefinitionFolder folder) {
        try (var channels = new Channels(ports)) {
            Applied applied = new Applier(channels, ports).applyAll(folder);
            applied.print(out);
            if (!applied.faults().isEmpty()) {
                throw CommandFailure.failed("the definitions were not applied: " + applied.faults());
            }
        }
    }

    private Verdict run(Schedule schedule, long seed, int rate, Stack stack) {
        var topics = new StreamAudit.Stream(
                stack.bootstrapServers(),
                Definitions.PIPELINE,
                Definitions.INPUT,
                Definitions.outputs(),
                (prediction, _) -> Definitions.topics(prediction),
                Definitions.INPUT + ".dlq");
        try (var audit = new StreamAudit(topics, new Expected());
                var feeder = new Feeder(stack.bootstrapServers(), seed, rate, clock);
                ExecutorService faults = Executors.newVirtualThreadPerTaskExecutor()) {
            awaitFirst(audit, feeder);
            var begun = new ArrayList<Future<?>>();
            long begin = System.nanoTime();
            long said = begin;
            for (Step step : schedule.steps()) {
                while (seconds(begin) < step.at()) {
                    said = look(audit, feeder, begin, said);
                }
                throwIfFallen(stack);
                out.printf(Locale.ROOT, "%6.1f s  %s for %.1f s%n", seconds(begin), name(step), step.lasts());
                begun.add(faults.submit(() -> perform(step, stack, feeder)));
            }
            while (!begun.stream().allMatch(Future::isDone)) {
                said = look(audit, feeder, begin, said);
            }
            begun.forEach(Campaign::throwIfFailed);
            throwIfFallen(stack);
            feeder.finish();
            return settle(audit, feeder, begin);
        }
    }

    private Verdict settle(StreamAudit audit, Feeder feeder, long begin) {
        long last = System.nanoTime();
        long said = last;
        long deadline = last + SETTLED.toNanos();
        while (outcomes(audit) < feeder.acknowledged() && System.nanoTime() < deadline) {
            said = look(audit, feeder, begin, said);
        }
        out.printf(
                Locale.ROOT,
                "%6.1f s  the last event has its outcome %.1f s after the last fault%n",
                seconds(begin),
                seconds(last));
        out.println(recoveries);
        Verdict verdict = audit.verdict();
        out.println(verdict);
        return verdict;
    }

    private void awaitFirst(StreamAudit audit, Feeder feeder) {
        long begin = System.nanoTime();
        while (outcomes(audit) < 1) {
            feeder.throwIfFailed();
            if (seconds(begin) > SETTLED.toSeconds()) {
                throw CommandFailure.failed("nothing was predicted within " + SETTLED + "; logs in " + layout.logs());
            }
            Pauses.seconds(LOOK_SECONDS);
        }
    }

    /** Notes what has come out since, and says so from time to time. */
    private long look(StreamAudit audit, Feeder feeder, long begin, long said) {
        feeder.throwIfFailed();
        long outcomes = outcomes(audit);
        recoveries.look(audit);
        Pauses.seconds(LOOK_SECONDS);
        if (System.nanoTime() - said < SAY_NANOS) {
            return said;
        }
        out.printf(
                Locale.ROOT,
                "%6.1f s  %,d events, %,d outcomes%s%n",
                seconds(begin),
                feeder.acknowledged(),
                outcomes,
                underWay.isEmpty() ? "" : "; under way: " + String.join(", ", underWay));
        return System.nanoTime();
    }

    /** While the broker is down nobody knows. */
    private static long outcomes(StreamAudit audit) {
        try {
            return audit.outcomes();
        } catch (KafkaException away) {
            return -1;
        }
    }

    private void perform(Step step, Stack stack, Feeder feeder) {
        boolean disturbed = !underWay.isEmpty();
        if (step.fault() == Fault.KILL_INFERENCE) {
            recoveries.killed(feeder.lastOffsets(), disturbed);
        } else if (step.fault() != Fault.HOT_KEY && step.fault() != Fault.POISON) {
            recoveries.disturb();
        }
        underWay.add(step.toString());
        try {
            act(step, stack, feeder);
        } finally {
            underWay.remove(step.toString());
        }
    }

    private static void act(Step step, Stack stack, Feeder feeder) {
        switch (step.fault()) {
            case KILL_INFERENCE -> stack.replica(step.replica()).killFor(step.lasts());
            case FREEZE_INFERENCE -> stack.replica(step.replica()).freezeFor(step.lasts());
            case ROLL_INFERENCE -> {
                for (int replica = 0; replica < Schedule.REPLICAS; replica++) {
                    stack.replica(replica).stopFor(step.lasts());
                }
            }
            case SCALE_INFERENCE -> scale(step, stack);
            case KILL_FEATURES -> stack.features().killFor(step.lasts());
            case FREEZE_FEATURES -> stack.features().freezeFor(step.lasts());
            case SLOW_FEATURES -> stack.features().slowFor(step.lasts());
            case STOP_FEATURES -> stack.features().stopFor(step.lasts());
            case KILL_BROKER -> stack.killBroker(step.lasts());
            case KILL_REGISTRY -> stack.registry().killFor(step.lasts());
            case STOP_POSTGRES -> stack.stopPostgres(step.lasts());
            case HOT_KEY -> {
                feeder.heat();
                Pauses.seconds(step.lasts());
                feeder.cool();
            }
            case POISON -> {
                feeder.poison();
                Pauses.seconds(step.lasts());
                feeder.purify();
            }
        }
    }

    private static void scale(Step step, Stack stack) {
        try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int replica = 1; replica < Schedule.REPLICAS; replica++) {
                Stack.Unit leaving = stack.replica(replica);
                others.execute(() -> leaving.stopFor(step.lasts()));
            }
        }
    }

    private static void throwIfFallen(Stack stack) {
        List<String> fallen = stack.fallen();
        if (!fallen.isEmpty()) {
            throw CommandFailure.failed("ended by themselves: " + fallen);
        }
    }

    private static void throwIfFailed(Future<?> fault) {
        try {
            fault.get();
        } catch (ExecutionException e) {
            throw CommandFailure.failed("a fault could not be made: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    private static String name(Step step) {
        return step.fault().word() + (step.fault().isOfOneReplica() ? "-" + step.replica() : "");
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
