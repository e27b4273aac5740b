package io.millrace.local.platform;

import io.millrace.backing.Ports;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The loopback ports of one local platform, all counted from a base.
 *
 * @param base 1024 to 65,000; ports up to {@code base + 304} are used
 */
public record PortPlan(int base) {
    public static final int DEFAULT_BASE = 7100;

    private static final int HIGHEST_OFFSET = 304;

    public PortPlan {
        if (base < 1024 || base > 65_000) {
            throw CommandFailure.usage("--port-base must be between 1024 and 65000, was " + base);
        }
    }

    public int rest(Service service) {
        return base + service.ordinal() + 1;
    }

    public int grpc(Service service) {
        return base + 100 + service.ordinal() + 1;
    }

    public int management(Service service) {
        return base + 200 + service.ordinal() + 1;
    }

    public int kafka() {
        return base + 92;
    }

    public int kafkaController() {
        return base + 93;
    }

    public int postgres() {
        return base + 32;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + kafka();
    }

    public String grpcAddress(Service service) {
        return "127.0.0.1:" + grpc(service);
    }

    /** Where a port that a definition file names for the default base lies in this plan; ports outside of the default range stay. */
    public int moved(int port) {
        return port >= DEFAULT_BASE && port <= DEFAULT_BASE + HIGHEST_OFFSET ? port - DEFAULT_BASE + base : port;
    }

    /** Every port that the platform listens on, by what it is for. */
    public Map<String, Integer> all() {
        var ports = new LinkedHashMap<String, Integer>();
        ports.put("Kafka", kafka());
        ports.put("Kafka controller", kafkaController());
        ports.put("Postgres", postgres());
        for (Service service : Service.values()) {
            ports.put(service.module() + " REST", rest(service));
            ports.put(service.module() + " gRPC", grpc(service));
            ports.put(service.module() + " management", management(service));
        }
        return ports;
    }

    /** What of {@link #all()} is in use now, as {@code "what (port)"}. */
    public List<String> taken() {
        return all().entrySet().stream()
                .filter(port -> !Ports.isFree(port.getValue()))
                .map(port -> port.getKey() + " (" + port.getValue() + ")")
                .toList();
    }
}
