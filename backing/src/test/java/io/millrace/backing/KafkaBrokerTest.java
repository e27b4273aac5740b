package io.millrace.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerTest {
    @Test
    void topicsOutliveAKilledBroker(@TempDir Path directory) throws Exception {
        try (var broker = KafkaBroker.start(directory);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("kept", 2, (short) 1)))
                    .all()
                    .get();

            broker.kill();
            assertThat(broker.process().isAlive()).isFalse();
            broker.restart();

            assertThat(admin.listTopics().names().get()).contains("kept");
        }
    }
}
