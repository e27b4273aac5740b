package io.millrace.local.chaos;

import io.millrace.backing.KafkaBroker;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import io.millrace.backing.PostgresServer;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Health;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.ProcessFile;
import io.millrace.local.platform.RunState;
import io.millrace.local.platform.Service;
import io.millrace.local.platform.ServiceCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The platform under test: broker, Postgres, registry-service, feature-service and the replicas of inference-service, each a process that can be killed, frozen
 * and started again. Whatever is done to one part is done by one thread at a time.
 */
final class Stack implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(180);
    private static final Duration STOP = Duration.ofSeconds(30);

    /** Shorter than the service's own, so that a campaign need not wait for it: a freeze of 12 s is beyond it. */
    private static final List<String> STREAM_SETTINGS = List.of(
            "-Dmillrace.inference.streams.transaction-timeout=10s",
            "-Dmillrace.inference.streams.max-poll-interval=30s",
            "-Dmillrace.inference.streams.call-deadline=5s");

    private final Layout layout;
    private final PortPlan ports;
    private final ProcessFile processes;
    private final KafkaBroker broker;
    private final Part brokerPart = new Part();
    private final Part postgresPart = new Part();
    private final Unit registry;
    private final Unit features;
    private final List<Unit> replicas = new ArrayList<>();
    private PostgresServer postgres;

    /** What is done to by one thread at a time. */
    private static class Part {
        final ReentrantLock lock = new ReentrantLock();

        void exclusively(Runnable work) {
            lock.lock();
            try {
                work.run();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Starts everything and returns once it is ready. */
    Stack(Layout layout, PortPlan ports, PrintStream out) {
        this.layout = layout;
        this.ports = ports;
        this.processes = new RunState(layout).processes();
        long begin = System.nanoTime();
        this.broker = KafkaBroker.start(layout.data("kafka"), ports.kafka(), ports.kafkaController());
        note("kafka", broker.process());
        this.postgres = PostgresServer.start(layout.data("postgres"), ports.postgres());
        this.registry = new Unit(Service.REGISTRY, "registry-service", List.of());
        this.features = new Unit(Service.FEATURES, "feature-service", List.of());
        for (int ordinal = 0; ordinal < Schedule.REPLICAS; ordinal++) {
            var settings = new ArrayList<>(STREAM_SETTINGS);
            settings.add("-Dmillrace.inference.streams.ordinal=" + ordinal);
            if (ordinal > 0) {
                settings.add("-Dquarkus.http.port=" + Ports.free());
                settings.add("-Dquarkus.grpc.server.port=" + Ports.free());
                settings.add("-Dquarkus.management.port=" + Ports.free());
            }
            replicas.add(new Unit(Service.INFERENCE, "inference-service-" + ordinal, settings));
        }
        units().forEach(Unit::start);
        try (var health = new Health()) {
            for (Service service : List.of(Service.REGISTRY, Service.FEATURES, Service.INFERENCE)) {
                awaitReady(health, service);
            }
        }
        out.printf(
                Locale.ROOT,
                "The platform is ready after %.1f s: broker, Postgres, registry-service, feature-service, %d replicas of inference-service%n",
                (System.nanoTime() - begin) / 1e9,
                Schedule.REPLICAS);
    }

    String bootstrapServers() {
        return ports.bootstrapServers();
    }

    Unit registry() {
        return registry;
    }

    Unit features() {
        return features;
    }

    Unit replica(int ordinal) {
        return replicas.get(ordinal);
    }

    void killBroker(double seconds) {
        brokerPart.exclusively(() -> {
            broker.kill();
            Pauses.seconds(seconds);
            broker.restart();
            note("kafka", broker.process());
        });
    }

    void stopPostgres(double seconds) {
        postgresPart.exclusively(() -> {
            postgres.close();
            Pauses.seconds(seconds);
            postgres = PostgresServer.start(layout.data("postgres"), ports.postgres());
        });
    }

    /** The processes that have ended though nobody ended them. */
    List<String> fallen() {
        return units().stream().filter(Unit::hasFallen).map(unit -> unit.name).toList();
    }

    @Override
    public void close() {
        units().forEach(Unit::kill);
        broker.close();
        postgres.close();
        processes.delete();
    }

    private List<Unit> units() {
        var all = new ArrayList<>(List.of(registry, features));
        all.addAll(replicas);
        return all;
    }

    private void note(String name, ManagedProcess process) {
        synchronized (processes) {
            ProcessFile.entry(name, process.pid()).ifPresent(processes::add);
        }
    }

    private void awaitReady(Health health, Service service) {
        long deadline = System.nanoTime() + READY.toNanos();
        Health.Answer answer = health.ask(ports, service);
        while (!answer.ready()) {
            if (System.nanoTime() > deadline) {
                throw CommandFailure.failed(
                        service.module() + " was not ready within " + READY.toSeconds() + " s: " + answer.why());
            }
            Pauses.seconds(0.2);
            answer = health.ask(ports, service);
        }
    }

    /** A service's process. */
    final class Unit extends Part {
        private final String name;
        private final List<String> command;
        private volatile @Nullable ManagedProcess process;
        private volatile boolean wanted;

        private Unit(Service service, String name, List<String> settings) {
            this.name = name;
            this.command = new ServiceCommand(layout, ports).of(service);
            command.addAll(command.indexOf("-jar"), settings);
        }

        private void start() {
            var started =
                    ManagedProcess.start(name, command, ServiceCommand.environment(), layout.log("chaos-" + name));
            process = started;
            wanted = true;
            note(name, started);
        }

        void killFor(double seconds) {
            exclusively(() -> {
                kill();
                Pauses.seconds(seconds);
                start();
            });
        }

        /** SIGTERM; SIGKILL where it does not end in time. */
        void stopFor(double seconds) {
            exclusively(() -> {
                ManagedProcess running = process;
                wanted = false;
                if (running != null) {
                    running.stop(STOP);
                }
                Pauses.seconds(seconds);
                start();
            });
        }

        void freezeFor(double seconds) {
            exclusively(() -> {
                signal("STOP");
                Pauses.seconds(seconds);
                signal("CONT");
            });
        }

        /** Lets it run a tenth of the time. */
        void slowFor(double seconds) {
            exclusively(() -> {
                long end = System.nanoTime() + (long) (seconds * 1e9);
                while (System.nanoTime() < end) {
                    signal("STOP");
                    Pauses.seconds(0.18);
                    signal("CONT");
                    Pauses.seconds(0.02);
                }
            });
        }

        boolean hasFallen() {
            ManagedProcess running = process;
            return wanted && !lock.isLocked() && running != null && !running.isAlive();
        }

        private void kill() {
            wanted = false;
            ManagedProcess running = process;
            if (running != null) {
                running.kill();
            }
        }

        private void signal(String signal) {
            ManagedProcess running = process;
            if (running == null) {
                return;
            }
            try {
                new ProcessBuilder("kill", "-" + signal, Long.toString(running.pid()))
                        .start()
                        .waitFor(5, TimeUnit.SECONDS);
            } catch (IOException e) {
                throw CommandFailure.failed("kill cannot be run: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw CommandFailure.failed("interrupted");
            }
        }
    }
}
