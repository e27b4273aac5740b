package io.millrace.features;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The service under test with a real broker and a real Redis, a cluster of one node. */
public class RealRedis implements QuarkusTestResourceLifecycleManager {
    private final RealBroker broker = new RealBroker();
    private List<RedisNode> nodes = List.of();

    @Override
    public Map<String, String> start() {
        try {
            nodes = RedisNode.cluster(Files.createTempDirectory("millrace-redis"), 1, 0);
            Map<String, String> settings = new HashMap<>(broker.start());
            settings.put("millrace.features.online-store.kind", "redis");
            settings.put("quarkus.redis.client-type", "cluster");
            settings.put("quarkus.redis.hosts", nodes.getFirst().url());
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        nodes.forEach(RedisNode::close);
    }
}
