package io.millrace.local.platform;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/** One gRPC connection to each service of a local platform. */
public final class Channels implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 32 << 20;

    private final Map<Service, ManagedChannel> channels = new EnumMap<>(Service.class);

    public Channels(PortPlan ports) {
        this(ports::grpc);
    }

    /** Connections to services whose gRPC ports a function names. */
    public Channels(ToIntFunction<Service> port) {
        for (Service service : Service.values()) {
            channels.put(
                    service,
                    NettyChannelBuilder.forAddress("127.0.0.1", port.applyAsInt(service))
                            .usePlaintext()
                            .maxInboundMessageSize(LARGEST_MESSAGE)
                            .build());
        }
    }

    public ManagedChannel to(Service service) {
        ManagedChannel channel = channels.get(service);
        if (channel == null) {
            throw new IllegalArgumentException("no channel to " + service);
        }
        return channel;
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        for (ManagedChannel channel : channels.values()) {
            try {
                channel.awaitTermination(2, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
