package io.millrace.local.platform;

import io.millrace.backing.ManagedProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a service is started on this machine: heap, ports, peers and folders as the services' documented configuration keys. */
public final class ServiceCommand {
    private static final String HEAP = "-Xmx512m";

    private final Layout layout;
    private final PortPlan ports;

    public ServiceCommand(Layout layout, PortPlan ports) {
        this.layout = layout;
        this.ports = ports;
    }

    /** The command line, which the caller may add to. */
    public List<String> of(Service service) {
        var command = new ArrayList<>(List.of(
                ManagedProcess.java(),
                HEAP,
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dai.djl.offline=true",
                "-Djava.io.tmpdir=" + layout.temp()));
        settings(service).forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-jar");
        command.add(service.jar(layout.root()).toString());
        return command;
    }

    /** Added to the environment: DJL sends nothing home, and glibc spreads what is freed over two arenas, not eight for each core. */
    public static Map<String, String> environment() {
        return Map.of("OPT_OUT_TRACKING", "true", "MALLOC_ARENA_MAX", "2");
    }

    private Map<String, String> settings(Service service) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("quarkus.http.port", String.valueOf(ports.rest(service)));
        settings.put("quarkus.grpc.server.port", String.valueOf(ports.grpc(service)));
        settings.put("quarkus.management.port", String.valueOf(ports.management(service)));
        settings.put("kafka.bootstrap.servers", ports.bootstrapServers());
        switch (service) {
            case FEATURES -> {
                settings.put(
                        "millrace.features.online-store.directory",
                        layout.data("online-store").toString());
                settings.put(
                        "millrace.features.offline-store.directory",
                        layout.data("offline-store").toString());
                settings.put(
                        "millrace.features.materialization.directory",
                        layout.data("batch").toString());
                settings.put(
                        "millrace.features.jobs.directory", layout.data("jobs").toString());
                settings.put(
                        "millrace.features.vectors.directory",
                        layout.data("vectors").toString());
                settings.put(
                        "millrace.features.training-sets.directory",
                        layout.data("training-sets").toString());
                settings.put(
                        "millrace.features.training-sets.imports",
                        layout.data("imports").toString());
            }
            case INFERENCE -> {
                settings.put("millrace.inference.features.address", ports.grpcAddress(Service.FEATURES));
                settings.put("millrace.inference.registry.address", ports.grpcAddress(Service.REGISTRY));
                settings.put(
                        "millrace.inference.models.directory", layout.models().toString());
                settings.put(
                        "millrace.inference.jobs.directory",
                        layout.data("inference-jobs").toString());
                settings.put(
                        "millrace.inference.batch.directory",
                        layout.data("batch-scoring").toString());
                settings.put(
                        "millrace.inference.outcomes.directory",
                        layout.data("outcomes").toString());
                settings.put(
                        "millrace.inference.batch.imports",
                        layout.data("imports").toString());
            }
            case REGISTRY -> {
                settings.put(
                        "quarkus.datasource.jdbc.url", "jdbc:postgresql://127.0.0.1:" + ports.postgres() + "/postgres");
                settings.put("quarkus.datasource.username", "postgres");
            }
            case EDGE -> {
                settings.put(
                        "millrace.edge.spool.directory", layout.data("spool").toString());
                // The examples' nodes answer on loopback, which edge-gateway blocks unless a domain is allowed it.
                settings.put("millrace.edge.allowed-addresses.airports", "127.0.0.0/8");
                settings.put("millrace.edge.cycle.interval", "5s");
                settings.put("millrace.edge.cycle.limit", "3s");
            }
        }
        return settings;
    }
}
