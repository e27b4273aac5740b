package io.millrace.inference.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes a topic of the service's own with the broker's defaults. */
final class OwnTopic {
    private static final int SECONDS = 5;

    private OwnTopic() {}

    /**
     * Makes a topic that is not there.
     *
     * @throws TimeoutException where the broker does not answer within {@value #SECONDS} s
     * @throws ExecutionException where it refuses
     */
    static void make(String bootstrapServers, String topic)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers, "request.timeout.ms", 2_000, "default.api.timeout.ms", 4_000);
        Admin admin = Admin.create(config);
        try {
            if (!admin.listTopics().names().get(SECONDS, TimeUnit.SECONDS).contains(topic)) {
                admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())))
                        .all()
                        .get(SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        } finally {
            // Whatever it still asks of a broker that is away is not waited for: the service may be ending.
            admin.close(Duration.ZERO);
        }
    }
}
