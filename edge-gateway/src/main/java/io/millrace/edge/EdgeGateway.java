package io.millrace.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.edge.app.Checkpointer;
import io.millrace.edge.app.Cycle;
import io.millrace.edge.app.GatewayStatus;
import io.millrace.edge.app.GatewayTime;
import io.millrace.edge.app.Ingest;
import io.millrace.edge.app.NodeBook;
import io.millrace.edge.app.NodeDefinitions;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.app.Retention;
import io.millrace.edge.config.EdgeConfig;
import io.millrace.edge.config.SettingsCheck;
import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.Cidr;
import io.millrace.edge.http.CloudSender;
import io.millrace.edge.http.VertxNodeClient;
import io.millrace.edge.kafka.SpoolDrain;
import io.millrace.edge.store.DataDirectory;
import io.millrace.edge.store.FileBookmark;
import io.millrace.edge.store.FileCheckpoints;
import io.millrace.edge.store.FileNodeStore;
import io.millrace.edge.store.FileSpool;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The gateway's parts, put together in the order that a start needs: the disk is read before anything is accepted. Neither Kafka nor a node nor the cloud
 * is needed for it.
 */
@Singleton
public class EdgeGateway {
    private static final Logger LOG = Logger.getLogger(EdgeGateway.class);

    private final EdgeConfig config;
    private final DataDirectory directory;
    private final FileSpool spool;
    private final Optional<FileSpool> cloudSpool;
    private final FileNodeStore nodeStore;
    private final NodeBook book;
    private final NodeRegistry registry;
    private final Ingest ingest;
    private final VertxNodeClient nodeClient;
    private final Cycle cycle;
    private final Checkpointer checkpointer;
    private final SpoolDrain drain;
    private final Optional<CloudSender> cloudSender;
    private final Loop cycles;
    private final Loop checkpoints;

    public EdgeGateway(
            EdgeConfig config,
            MeterRegistry meters,
            Vertx vertx,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "localhost:9092") String bootstrapServers)
            throws IOException {
        SettingsCheck.check(config);
        this.config = config;
        GatewayTime time = new SystemTime();
        var metrics = new EdgeMetrics(meters);
        directory = DataDirectory.open(config.spool().directory());
        spool = FileSpool.open("kafka", directory.resolve("spool"), limits(config));
        cloudSpool = config.cloud().url().isPresent()
                ? Optional.of(FileSpool.open("cloud", directory.resolve("cloud"), cloudLimits(config)))
                : Optional.empty();
        nodeStore = FileNodeStore.open(directory.resolve("nodes.log"));
        var store = new FileCheckpoints(directory.resolve("checkpoint"));
        book = new NodeBook(time, config.liveness().missed());
        long recovered = book.recover(nodeStore, store, spool);
        var retention = new Retention(spool);
        checkpointer = new Checkpointer(book, spool, store, retention);
        LOG.debugf("recovered up to entry %d", recovered);
        drain = new SpoolDrain(bootstrapServers, spool, retention, metrics, drainBounds(config));
        cloudSender = cloudSpool.map(queue -> new CloudSender(
                config.cloud().url().orElseThrow(),
                queue,
                new FileBookmark(directory.resolve("cloud").resolve("bookmark")),
                metrics,
                cloudBounds(config)));
        var guard = new AddressGuard(allowed(config.allowedAddresses()));
        registry = new NodeRegistry(book, nodeStore, spool, guard);
        ingest = new Ingest(book, spool, time, metrics, config.spool().patience());
        nodeClient = new VertxNodeClient(
                vertx,
                guard,
                config.pull().concurrency(),
                Math.toIntExact(config.pull().maxResponseSize().asLongValue()),
                config.pull().resolvers());
        cycle = new Cycle(book, nodeClient, spool, cloudSpool.map(queue -> queue), time, metrics, cycleBounds(config));
        cycles = new Loop("edge-cycle", config.cycle().interval(), cycle::run);
        checkpoints = new Loop("edge-checkpoint", config.spool().checkpointInterval(), this::checkpoint);
        gauges(metrics);
    }

    @Produces
    @Singleton
    NodeBook nodeBook() {
        return book;
    }

    @Produces
    @Singleton
    NodeRegistry nodeRegistry() {
        return registry;
    }

    @Produces
    @Singleton
    NodeDefinitions nodeDefinitions() {
        return new NodeDefinitions(registry);
    }

    @Produces
    @Singleton
    Ingest ingest() {
        return ingest;
    }

    @Produces
    @Singleton
    Cycle cycle() {
        return cycle;
    }

    @Produces
    @Singleton
    GatewayStatus status() {
        return new GatewayStatus(
                book,
                spool,
                drain,
                cloudSender.map(sender -> new GatewayStatus.Cloud(cloudSpool.orElseThrow(), sender)));
    }

    void start(@Observes StartupEvent event) {
        drain.start();
        cloudSender.ifPresent(CloudSender::start);
        checkpoints.start();
        if (config.cycle().enabled()) {
            cycles.start();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException, IOException {
        cycles.close();
        checkpoints.close();
        nodeClient.close();
        drain.close();
        cloudSender.ifPresent(CloudSender::close);
        checkpoint();
        spool.close();
        if (cloudSpool.isPresent()) {
            cloudSpool.get().close();
        }
        nodeStore.close();
        directory.close();
    }

    private void checkpoint() throws InterruptedException {
        checkpointer.write(Duration.ofSeconds(5));
    }

    private void gauges(EdgeMetrics metrics) {
        metrics.gauge(EdgeMetrics.SPOOL_USED, "On disk and on the way to it", () -> spool.state()
                .usedBytes());
        metrics.gauge(EdgeMetrics.SPOOL_MAX, "What the spool may hold", () -> spool.state()
                .maxBytes());
        metrics.gauge(EdgeMetrics.SPOOL_LOST, "Torn tails and damage found at start", () -> spool.state()
                .lostBytes());
        metrics.gauge(EdgeMetrics.SPOOL_SYNCS, "fsyncs since start", () -> spool.state()
                .syncs());
        metrics.gauge(EdgeMetrics.SPOOL_BACKLOG, "Accepted and not yet in Kafka", this::backlog);
        cloudSpool.ifPresent(queue -> {
            metrics.gauge(EdgeMetrics.CLOUD_SPOOL_USED, "Aggregates for the cloud", () -> queue.state()
                    .usedBytes());
            metrics.gauge(EdgeMetrics.CLOUD_SPOOL_MAX, "What may wait for the cloud", () -> queue.state()
                    .maxBytes());
            metrics.gauge(EdgeMetrics.CLOUD_SPOOL_LOST, "Torn tails and damage found at start", () -> queue.state()
                    .lostBytes());
            metrics.gauge(EdgeMetrics.CLOUD_SPOOL_SYNCS, "fsyncs since start", () -> queue.state()
                    .syncs());
        });
    }

    private long backlog() {
        return Math.max(0, spool.state().durableEnd() - drain.position());
    }

    private static FileSpool.Limits limits(EdgeConfig config) {
        return FileSpool.Limits.of(
                config.spool().maxSize().asLongValue(),
                config.spool().segmentSize().asLongValue());
    }

    private static FileSpool.Limits cloudLimits(EdgeConfig config) {
        return FileSpool.Limits.of(
                config.cloud().maxSize().asLongValue(),
                config.spool().segmentSize().asLongValue());
    }

    private static SpoolDrain.Bounds drainBounds(EdgeConfig config) {
        EdgeConfig.Drain settings = config.drain();
        return new SpoolDrain.Bounds(
                settings.maxEntries(), settings.maxSize().asLongValue(), settings.minWait(), settings.maxWait());
    }

    private static CloudSender.Bounds cloudBounds(EdgeConfig config) {
        EdgeConfig.Cloud settings = config.cloud();
        return new CloudSender.Bounds(
                settings.timeout(), settings.minWait(), settings.maxWait(), settings.refusedWait());
    }

    private static Cycle.Bounds cycleBounds(EdgeConfig config) {
        return new Cycle.Bounds(
                config.cycle().interval(),
                config.cycle().limit(),
                config.pull().timeout(),
                config.pull().concurrency());
    }

    private static Map<String, List<Cidr>> allowed(Map<String, List<String>> ranges) {
        return ranges.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().stream()
                .map(Cidr::parse)
                .toList()));
    }
}
