package io.millrace.inference.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pipeline, checked: from an input topic over features and a model to output topics.
 *
 * @param key the event field whose text is the output record's key
 * @param entity join key to the event field that holds it
 * @param request event fields that the model takes directly, with their types
 * @param features feature references, {@code view:feature} or {@code view@version:feature}, in order; none where it names a feature service
 *     that was not asked for yet
 * @param service the feature service whose features are read, as the definition names it
 * @param includeEvent whether features are read as of the event's time, or one microsecond before it
 * @param extras what predictions carry beside what they always do
 * @param outputs where predictions go, at least one
 * @param alert what is raised beside them
 * @param yaml the definition as its author wrote it, and the schema file that it names
 */
public record Pipeline(
        String name,
        Input input,
        String key,
        Map<String, String> entity,
        Map<String, FieldType> request,
        List<String> features,
        Optional<String> service,
        Missing missing,
        boolean includeEvent,
        Extras extras,
        Completeness complete,
        ModelReference model,
        List<Output> outputs,
        Optional<Alert> alert,
        String yaml)
        implements Definition {
    public Pipeline {
        entity = Map.copyOf(entity);
        request = Map.copyOf(request);
        features = List.copyOf(features);
        outputs = List.copyOf(outputs);
    }

    /** The topic of the first output. */
    public String outputTopic() {
        return outputs.isEmpty() ? "" : outputs.getFirst().topic();
    }

    /** Every topic that predictions and alerts go to, in order. */
    public List<String> outputTopics() {
        return Stream.concat(outputs.stream().map(Output::topic), alert.stream().map(Alert::topic))
                .distinct()
                .toList();
    }

    /** The first 16 hex digits of the SHA-256 of the definition as its author wrote it. */
    public String digest() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(yaml.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, Long.BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** This with the features of its service; {@link #service} names the version that they are of. */
    public Pipeline reading(ServedFeatures served) {
        return new Pipeline(
                name,
                input,
                key,
                entity,
                request,
                served.references(),
                Optional.of(served.service()),
                missing,
                includeEvent,
                extras,
                complete,
                model,
                outputs,
                alert,
                yaml);
    }

    /** This with predictions that say what the model took. */
    public Pipeline recording() {
        return new Pipeline(
                name,
                input,
                key,
                entity,
                request,
                features,
                service,
                missing,
                includeEvent,
                extras.withVector(),
                complete,
                model,
                outputs,
                alert,
                yaml);
    }

    /** This with another model, or a certain version of its own. */
    public Pipeline scoredBy(ModelReference by) {
        return new Pipeline(
                name,
                input,
                key,
                entity,
                request,
                features,
                service,
                missing,
                includeEvent,
                extras,
                complete,
                by,
                outputs,
                alert,
                yaml);
    }

    /** The topic that a pipeline reads. Fields inside of others have paths of names with dots between them. */
    public record Input(
            String topic,
            InputFormat format,
            String timestampField,
            TimestampUnit unit,
            Start start,
            Optional<ContractReference> contract) {}

    /** The contract that the input topic's events keep. */
    public record ContractReference(String domain, String name) {}

    /** A model by name; without a version the newest that serves. */
    public record ModelReference(String name, Optional<String> version) {}

    /** How long an event waits for complete features, and what happens when that was not enough. */
    public record Completeness(Duration patience, Otherwise otherwise) {}

    /** What happens to events whose features were not complete in time. */
    public enum Otherwise {
        /** Score with what is there; the prediction says that it was not complete. */
        PROCEED,
        /** Do not score; ask again until the features are complete. */
        RETRY
    }

    /** What happens to an event of which a feature is missing or expired. */
    public enum Missing {
        /** The model's declared value stands in, and the prediction says so. */
        IMPUTE,
        /** The event is dead-lettered, or the request refused. */
        REFUSE
    }

    /** Where a pipeline begins that has no committed offset. */
    public enum Start {
        EARLIEST,
        LATEST
    }

    /** How the timestamp field is written. */
    public enum TimestampUnit {
        RFC3339,
        S,
        MS,
        US
    }

    /** Types of request fields. */
    public enum FieldType {
        BOOL,
        INT64,
        DOUBLE,
        STRING
    }
}
