package io.millrace.features.kernel;

/**
 * A partition of a source topic.
 *
 * @param topicId Kafka's id of the topic: one that was deleted and made again has another
 */
public record SourcePartition(String topic, String topicId, int partition) {}
