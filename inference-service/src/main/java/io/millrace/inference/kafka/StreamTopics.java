package io.millrace.inference.kafka;

import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jboss.logging.Logger;

/** What a stream asks of the cluster besides records: its topics, who else runs it, and the end of transactions that the dead left open. */
final class StreamTopics implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StreamTopics.class);
    private static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    private static final int ROOM_FOR_HEADERS = 64 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Pipeline pipeline;
    private final StreamSettings settings;
    private final Cluster cluster;

    /**
     * The topics as they are now.
     *
     * @param inputId changes when the topic is deleted and made again
     * @param maxPredictionBytes the longest value that every output topic takes
     */
    record Prepared(String inputId, int maxPredictionBytes) {}

    StreamTopics(Pipeline pipeline, StreamSettings settings) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.cluster = new Cluster(settings, PATIENCE);
    }

    /**
     * Finds the input topic and finds or makes those of outputs, alerts and dead letters.
     *
     * @throws StreamStalledException where one is missing
     */
    Prepared prepare() {
        TopicDescription input = cluster.find(pipeline.input().topic())
                .orElseThrow(() -> new StreamStalledException(
                        "input topic '" + pipeline.input().topic() + "' does not exist", null));
        int partitions = input.partitions().size();
        int inputBytes = maxMessageBytes(input.name());
        pipeline.outputTopics().forEach(topic -> ensure(topic, partitions, Map.of()));
        ensure(
                StreamSettings.deadLetters(pipeline),
                partitions,
                Map.of(
                        MAX_MESSAGE_BYTES,
                        Integer.toString(Math.min(inputBytes, StreamSettings.MAX_REQUEST_BYTES) + ROOM_FOR_HEADERS)));
        int outputBytes = pipeline.outputTopics().stream()
                .mapToInt(this::maxMessageBytes)
                .reduce(StreamSettings.MAX_REQUEST_BYTES, Math::min);
        warnOfOldTransactions();
        return new Prepared(input.topicId().toString(), outputBytes - Math.min(ROOM_FOR_HEADERS, outputBytes / 8));
    }

    /** The input topic's id now; empty where the topic is gone. */
    Optional<String> inputId() {
        return cluster.find(pipeline.input().topic())
                .map(topic -> topic.topicId().toString());
    }

    /** Whether another process is the member of the group that this replica wants to be. */
    boolean isRunElsewhere() {
        return members().contains(settings.member(pipeline.name()));
    }

    /**
     * Ends the transactions of replicas that are not in the group any more: their open transactions would hold back the offsets of the partitions
     * that this replica takes over until they time out.
     */
    void fenceTheGone() {
        String prefix = StreamSettings.transactionalIds(pipeline.name());
        Set<String> members = members();
        var options = new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING));
        var gone = new ArrayList<String>();
        for (TransactionListing open :
                cluster.get(cluster.admin().listTransactions(options).all())) {
            String id = open.transactionalId();
            if (!id.startsWith(prefix) || id.equals(settings.transactionalId(pipeline.name()))) {
                continue;
            }
            String ordinal = id.substring(prefix.length());
            if (ordinal.chars().allMatch(Character::isDigit) && !members.contains(pipeline.name() + "-" + ordinal)) {
                gone.add(id);
            }
        }
        if (!gone.isEmpty()) {
            LOG.infof("Pipeline %s: ending the open transactions of %s, which left the group", pipeline.name(), gone);
            cluster.get(cluster.admin().fenceProducers(gone).all());
        }
    }

    @Override
    public void close() {
        cluster.close();
    }

    private Set<String> members() {
        String group = StreamSettings.group(pipeline.name());
        var members = new HashSet<String>();
        try {
            ConsumerGroupDescription description = cluster.get(cluster.admin()
                    .describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .get(group));
            for (MemberDescription member : description.members()) {
                member.groupInstanceId().ifPresent(members::add);
            }
        } catch (StreamStalledException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
        return members;
    }

    private void ensure(String topic, int partitions, Map<String, String> configs) {
        if (cluster.find(topic).isPresent()) {
            return;
        }
        if (!settings.createTopics()) {
            throw new StreamStalledException(
                    "topic '" + topic + "' does not exist, and topics are not made here", null);
        }
        cluster.make(topic, partitions, configs);
        LOG.infof("Pipeline %s: made topic %s with %d partitions", pipeline.name(), topic, partitions);
    }

    private int maxMessageBytes(String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = cluster.get(
                cluster.admin().describeConfigs(List.of(resource)).values().get(resource));
        return Integer.parseInt(config.get(MAX_MESSAGE_BYTES).value());
    }

    private void warnOfOldTransactions() {
        FinalizedVersionRange version = cluster.get(
                        cluster.admin().describeFeatures().featureMetadata())
                .finalizedFeatures()
                .get("transaction.version");
        if (version == null || version.maxVersionLevel() < 2) {
            LOG.warnf(
                    "The brokers' transaction.version is %s, not 2: a transaction that hangs can still take in late records of a fenced producer",
                    version == null ? "absent" : version.maxVersionLevel());
        }
    }
}
