package io.millrace.endtoend;

import io.millrace.backing.Checkout;
import io.millrace.backing.KafkaBroker;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.PostgresServer;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Health;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.local.platform.ServiceCommand;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;

/** The whole platform as processes on loopback ports of its own; each of them can be killed and started again. */
final class RunningPlatform implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(120);

    private final Layout layout;
    private final PortPlan ports;
    private final Map<String, String> settings;
    private final KafkaBroker kafka;
    private final PostgresServer postgres;
    private final Map<Service, ManagedProcess> services = new EnumMap<>(Service.class);

    private RunningPlatform(String name, Map<String, String> settings) {
        this.layout = new Layout(Checkout.root(), name);
        this.ports = freePorts();
        this.settings = Map.copyOf(settings);
        layout.wipe();
        layout.create();
        this.kafka = KafkaBroker.start(layout.data("kafka"), ports.kafka(), ports.kafkaController());
        this.postgres = PostgresServer.start(layout.data("postgres"), ports.postgres());
    }

    /**
     * Starts everything on fresh data and returns once every service is ready.
     *
     * @param name of the data folder under {@code .millrace/}
     * @param settings configuration that is added to each service's
     */
    static RunningPlatform start(String name, Map<String, String> settings) {
        var platform = new RunningPlatform(name, settings);
        try {
            for (Service service : Service.values()) {
                platform.launch(service);
            }
            for (Service service : Service.values()) {
                platform.awaitReady(service);
            }
            return platform;
        } catch (RuntimeException | Error e) {
            platform.close();
            throw e;
        }
    }

    Layout layout() {
        return layout;
    }

    PortPlan ports() {
        return ports;
    }

    KafkaBroker kafka() {
        return kafka;
    }

    /** gRPC channels to the services; whoever asks closes them. */
    Channels channels() {
        return new Channels(ports);
    }

    /** SIGKILL. */
    void kill(Service service) {
        process(service).kill();
    }

    /** Starts a killed service again; it need not be ready yet when this returns. */
    void launch(Service service) {
        var command = new ServiceCommand(layout, ports).of(service);
        settings.forEach((key, value) -> command.add(1, "-D" + key + "=" + value));
        services.put(
                service,
                ManagedProcess.start(
                        service.module(),
                        command,
                        new HashMap<>(ServiceCommand.environment()),
                        layout.data(service.module() + ".log")));
    }

    void awaitReady(Service service) {
        try (var health = new Health()) {
            Awaitility.await(service.module() + " is ready")
                    .atMost(READY_WITHIN)
                    .pollInterval(Duration.ofMillis(100))
                    .until(
                            () -> {
                                if (!process(service).isAlive()) {
                                    throw new AssertionError(service.module() + " ended:\n"
                                            + process(service).logTail(30));
                                }
                                return health.ask(ports, service);
                            },
                            Health.Answer::ready);
        }
    }

    ManagedProcess process(Service service) {
        ManagedProcess process = services.get(service);
        if (process == null) {
            throw new IllegalStateException(service + " was not started");
        }
        return process;
    }

    @Override
    public void close() {
        services.values().forEach(ManagedProcess::kill);
        postgres.close();
        kafka.kill();
    }

    /** A plan none of whose ports is in use now. */
    static PortPlan freePorts() {
        for (int attempt = 0; attempt < 100; attempt++) {
            var plan = new PortPlan(ThreadLocalRandom.current().nextInt(20_000, 30_000));
            if (plan.taken().isEmpty()) {
                return plan;
            }
        }
        throw new IllegalStateException("no free range of loopback ports");
    }
}
