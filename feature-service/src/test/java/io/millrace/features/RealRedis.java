package io.millrace.features;

import io.millrace.backing.Ports;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/** The service under test with a real broker and a real Redis. */
public class RealRedis implements QuarkusTestResourceLifecycleManager {
    private final RealBroker broker = new RealBroker();
    private @Nullable RedisServer server;

    @Override
    public Map<String, String> start() {
        try {
            int port = Ports.free();
            RedisServer started = RedisServer.newRedisServer()
                    .port(port)
                    .setting("bind 127.0.0.1")
                    .setting("save \"\"")
                    .build();
            started.start();
            server = started;
            Map<String, String> settings = new HashMap<>(broker.start());
            settings.put("millrace.features.online-store.kind", "redis");
            settings.put("quarkus.redis.hosts", "redis://127.0.0.1:" + port);
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            try {
                server.stop();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
