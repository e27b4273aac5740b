package io.millrace.features.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineStore.Reached;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/**
 * A manifest as JSON: {@code {"format":1,"view":…,"version":…,"sequence":…,"files":[{"path","day","rows","bytes","sha256"}],"expired_before":…,"positions":[{"topic","topic_id","partition","next",
 * "newest"}],"removed":[{"path","since"}]}}; {@code newest} is left out where there was no event, {@code expired_before}, a day, where retention has taken nothing.
 */
final class ManifestJson {
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private ManifestJson() {}

    static byte[] write(Manifest manifest) {
        ObjectNode object = JSON.createObjectNode();
        object.put("format", FORMAT);
        object.put("view", manifest.view().name());
        object.put("version", manifest.view().version());
        object.put("sequence", manifest.sequence());
        ArrayNode files = object.putArray("files");
        for (OfflineFile file : manifest.files()) {
            files.addObject()
                    .put("path", file.path())
                    .put("day", file.day().toString())
                    .put("rows", file.rows())
                    .put("bytes", file.bytes())
                    .put("sha256", file.sha256());
        }
        if (manifest.expiredBefore() != null) {
            object.put("expired_before", manifest.expiredBefore().toString());
        }
        ArrayNode positions = object.putArray("positions");
        manifest.positions().forEach((partition, reached) -> {
            ObjectNode position = positions
                    .addObject()
                    .put("topic", partition.topic())
                    .put("topic_id", partition.topicId())
                    .put("partition", partition.partition())
                    .put("next", reached.next());
            if (reached.newestMicros() != Long.MIN_VALUE) {
                position.put("newest", reached.newestMicros());
            }
        });
        ArrayNode removed = object.putArray("removed");
        manifest.removed().forEach(file -> removed.addObject()
                .put("path", file.path())
                .put("since", file.since().toString()));
        try {
            return JSON.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree of plain values has a JSON form", e);
        }
    }

    /**
     * @throws IOException where the bytes are no manifest that this release reads
     */
    static Manifest read(byte[] bytes) throws IOException {
        JsonNode object = JSON.readTree(bytes);
        if (object == null || object.path("format").asInt() != FORMAT) {
            throw new IOException("the manifest is damaged or of a later release: format "
                    + (object == null ? "" : object.path("format")) + ", this Millrace reads " + FORMAT);
        }
        try {
            var files = new ArrayList<OfflineFile>();
            for (JsonNode file : object.path("files")) {
                files.add(new OfflineFile(
                        file.required("path").asText(),
                        LocalDate.parse(file.required("day").asText()),
                        file.required("rows").asLong(),
                        file.required("bytes").asLong(),
                        file.required("sha256").asText()));
            }
            Map<SourcePartition, Reached> positions = new HashMap<>();
            for (JsonNode position : object.path("positions")) {
                positions.put(
                        new SourcePartition(
                                position.required("topic").asText(),
                                position.required("topic_id").asText(),
                                position.required("partition").asInt()),
                        new Reached(
                                position.required("next").asLong(),
                                position.path("newest").asLong(Long.MIN_VALUE)));
            }
            var removed = new ArrayList<Manifest.Removed>();
            for (JsonNode file : object.path("removed")) {
                removed.add(new Manifest.Removed(
                        file.required("path").asText(),
                        Instant.parse(file.required("since").asText())));
            }
            return new Manifest(
                    new ViewId(
                            object.required("view").asText(),
                            object.required("version").asText()),
                    object.required("sequence").asLong(),
                    files,
                    positions,
                    object.hasNonNull("expired_before")
                            ? LocalDate.parse(object.get("expired_before").asText())
                            : null,
                    removed);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException("the manifest is damaged: " + e.getMessage(), e);
        }
    }
}
