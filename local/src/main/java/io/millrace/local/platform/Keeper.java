package io.millrace.local.platform;

import io.millrace.backing.BackingException;
import io.millrace.backing.KafkaBroker;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.PostgresServer;
import io.millrace.local.platform.RunState.Phase;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The process that all others of a platform hang on: it starts them, waits until they are ready, and ends them when it is asked to, when the
 * command that owns it is gone, or when one of them does not come up. Nothing of the platform outlives it but by SIGKILL, and then the
 * process file tells the next command what to end.
 */
public final class Keeper {
    private static final Duration READY_WITHIN = Duration.ofSeconds(180);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

    private final Layout layout;
    private final PortPlan ports;
    private final OptionalLong owner;
    private final PrintStream out;
    private final RunState state;
    private final ProcessWatch watch;
    private final Map<Service, ManagedProcess> services = new EnumMap<>(Service.class);
    private volatile @Nullable KafkaBroker kafka;
    private volatile @Nullable PostgresServer postgres;

    /**
     * @param owner the process whose end is this one's too, unless it released it
     */
    public Keeper(Layout layout, PortPlan ports, OptionalLong owner, PrintStream out) {
        this.layout = layout;
        this.ports = ports;
        this.owner = owner;
        this.out = out;
        this.state = new RunState(layout);
        this.watch = new ProcessWatch(state.processes(), layout.data("postgres"));
    }

    /** Runs until it is asked to end; answers with the exit code. */
    public int run() {
        ProcessFile.entry("platform", ProcessHandle.current().pid()).ifPresent(state.processes()::add);
        state.write(Phase.STARTING, "", ports, layout.name());
        try {
            startAll();
            state.write(Phase.READY, "", ports, layout.name());
            while (!mustEnd()) {
                watch.look();
                Poll.pause();
            }
            stopAll();
            state.clear();
            return 0;
        } catch (CommandFailure | BackingException e) {
            state.write(Phase.FAILED, String.valueOf(e.getMessage()), ports, layout.name());
            stopAll();
            // What was just being started is known by its process alone, and what helped to start it by its parent
            // alone.
            watch.look();
            endDescendants();
            state.processes().endAll(STOP_WITHIN);
            return CommandFailure.FAILED;
        }
    }

    private boolean mustEnd() {
        return state.stopAsked() || (owner.isPresent() && !state.released() && !alive(owner.getAsLong()));
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private void startAll() {
        long begin = System.nanoTime();
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
                Health health = new Health()) {
            var waiting = new ArrayList<Future<?>>();
            waiting.add(tasks.submit(() -> {
                kafka = KafkaBroker.start(layout.data("kafka"), ports.kafka(), ports.kafkaController());
                say("Kafka", ports.bootstrapServers(), begin);
            }));
            waiting.add(tasks.submit(() -> {
                postgres = PostgresServer.start(layout.data("postgres"), ports.postgres());
                say("Postgres", "127.0.0.1:" + ports.postgres(), begin);
            }));
            for (Service service : Service.values()) {
                services.put(service, launch(service));
            }
            for (Service service : Service.values()) {
                waiting.add(tasks.submit((Callable<Void>) () -> {
                    awaitReady(health, service);
                    say(service.module(), "http://127.0.0.1:" + ports.rest(service), begin);
                    return null;
                }));
            }
            awaitAll(waiting, tasks);
        }
    }

    /** Waits for all, and gives up on all as soon as one has failed or the end is asked for. */
    private void awaitAll(List<Future<?>> waiting, ExecutorService tasks) {
        try {
            while (!waiting.stream().allMatch(Future::isDone)) {
                watch.look();
                for (Future<?> task : waiting) {
                    if (task.state() == Future.State.FAILED) {
                        task.get();
                    }
                }
                if (mustEnd()) {
                    throw CommandFailure.failed("stopped while it started");
                }
                Poll.pause();
            }
            for (Future<?> task : waiting) {
                task.get();
            }
            watch.look();
        } catch (ExecutionException e) {
            tasks.shutdownNow();
            if (e.getCause() instanceof CommandFailure failure) {
                throw failure;
            }
            if (e.getCause() instanceof BackingException backing) {
                throw backing;
            }
            throw new BackingException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted while it started");
        } finally {
            tasks.shutdownNow();
        }
    }

    private ManagedProcess launch(Service service) {
        return ManagedProcess.start(
                service.module(),
                new ServiceCommand(layout, ports).of(service),
                ServiceCommand.environment(),
                layout.log(service.module()));
    }

    private void awaitReady(Health health, Service service) throws InterruptedException {
        ManagedProcess process = services.get(service);
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        String why = "";
        while (System.nanoTime() < deadline) {
            if (process == null || !process.isAlive()) {
                throw CommandFailure.failed(service.module() + " ended at start"
                        + (process == null ? "" : " (exit " + process.exitValue() + ")") + "; its log: "
                        + layout.log(service.module()));
            }
            Health.Answer answer = health.ask(ports, service);
            if (answer.ready()) {
                return;
            }
            why = answer.why();
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw CommandFailure.failed(service.module() + " was not ready within " + READY_WITHIN.toSeconds() + " s: "
                + why + "; its log: " + layout.log(service.module()));
    }

    private void stopAll() {
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (ManagedProcess process : services.values()) {
                tasks.execute(() -> process.stop(STOP_WITHIN));
            }
        }
        KafkaBroker broker = kafka;
        if (broker != null) {
            broker.close();
        }
        PostgresServer server = postgres;
        if (server != null) {
            server.close();
        }
        out.println("everything has stopped");
    }

    /** Ends what this process began, again and again until nothing is left: a program that is ended last may begin another first. */
    private static void endDescendants() {
        long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
        List<ProcessHandle> left = ProcessHandle.current().descendants().toList();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            left.forEach(ProcessHandle::destroyForcibly);
            Poll.pause();
            left = ProcessHandle.current().descendants().toList();
        }
    }

    private void say(String what, String where, long begin) {
        out.printf(Locale.ROOT, "  %-18s %-24s ready after %.1f s%n", what, where, (System.nanoTime() - begin) / 1e9);
        out.flush();
    }
}
