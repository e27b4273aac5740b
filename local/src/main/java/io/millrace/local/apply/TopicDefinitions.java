package io.millrace.local.apply;

import io.millrace.local.apply.Applied.Change;
import io.millrace.local.apply.Applied.Outcome;
import io.millrace.local.platform.CommandFailure;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/** Plans and makes a folder's topics. One that is there stays as it is. */
final class TopicDefinitions {
    private final String bootstrapServers;

    TopicDefinitions(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    Applied plan(DefinitionFolder folder) {
        if (folder.topics().isEmpty()) {
            return Applied.nothing();
        }
        Applied planned = Applied.nothing();
        try (Admin admin = admin()) {
            Set<String> there = admin.listTopics().names().get();
            Map<String, TopicDescription> described = admin.describeTopics(folder.topics().stream()
                            .map(Topics.Topic::name)
                            .filter(there::contains)
                            .collect(Collectors.toSet()))
                    .allTopicNames()
                    .get();
            for (Topics.Topic topic : folder.topics()) {
                planned = planned.and(Applied.one(outcome(topic, described.get(topic.name()))));
            }
            return planned;
        } catch (ExecutionException e) {
            throw CommandFailure.failed("Kafka does not say which topics there are: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    private static Outcome outcome(Topics.Topic wanted, @Nullable TopicDescription there) {
        if (there == null) {
            return new Outcome("topic", wanted.name(), Change.CREATED);
        }
        int partitions = there.partitions().size();
        return new Outcome(
                "topic",
                wanted.name(),
                Change.UNCHANGED,
                partitions == wanted.partitions()
                        ? ""
                        : "it keeps its partitions: " + partitions + ", not " + wanted.partitions());
    }

    Applied apply(DefinitionFolder folder) {
        if (folder.topics().isEmpty()) {
            return Applied.nothing();
        }
        Applied applied = Applied.nothing();
        try (Admin admin = admin()) {
            for (Topics.Topic topic : folder.topics()) {
                applied = applied.and(Applied.one("topic", topic.name(), make(admin, topic)));
            }
        }
        return applied;
    }

    private Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    private static Change make(Admin admin, Topics.Topic topic) {
        try {
            admin.createTopics(List.of(new NewTopic(topic.name(), topic.partitions(), (short) 1)))
                    .all()
                    .get();
            return Change.CREATED;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return Change.UNCHANGED;
            }
            throw CommandFailure.failed("Kafka does not make topic " + topic.name() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }
}
