package io.millrace.features.offline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.features.app.batch.Materialization;
import io.millrace.features.app.batch.MaterializationStore;
import io.millrace.features.app.batch.TimeRange;
import io.millrace.features.config.MaterializationConfig;
import io.millrace.features.kernel.ViewId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Each materialisation as a small JSON file, replaced as a whole. */
@ApplicationScoped
public class MaterializationFiles implements MaterializationStore {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String SUFFIX = ".json";

    private final LocalFolder folder;

    @Inject
    public MaterializationFiles(MaterializationConfig settings) {
        this(settings.stateDirectory());
    }

    MaterializationFiles(Path directory) {
        this.folder = new LocalFolder(directory);
    }

    @Override
    public void save(Materialization job) {
        try {
            String name = job.id() + SUFFIX;
            String tag = folder.read(name).map(OfflineFolder.Content::tag).orElse(null);
            if (!folder.replace(name, JSON.writeValueAsBytes(json(job)), tag)) {
                throw new IOException("somebody else has changed it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the materialisation " + job.id() + " cannot be written down", e);
        }
    }

    @Override
    public List<Materialization> all() {
        try {
            var jobs = new ArrayList<Materialization>();
            for (OfflineFolder.Entry entry : folder.list("")) {
                if (entry.name().endsWith(SUFFIX)) {
                    byte[] bytes = folder.read(entry.name())
                            .map(OfflineFolder.Content::bytes)
                            .orElseThrow(() -> new IOException(entry.name() + " is gone"));
                    jobs.add(job(JSON.readTree(bytes)));
                }
            }
            jobs.sort(Comparator.comparing(Materialization::started));
            return jobs;
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("the materialisations cannot be read: " + e.getMessage(), e);
        }
    }

    private static JsonNode json(Materialization job) {
        return JSON.createObjectNode()
                .put("id", job.id())
                .put("view", job.view().name())
                .put("version", job.view().version())
                .put("from", job.range().fromMicros())
                .put("to", job.range().toMicros())
                .put("state", job.state().name())
                .put("read", job.read())
                .put("written", job.written())
                .put("rejected", job.rejected())
                .put("passed_over", job.passedOver())
                .put("expected", job.expected())
                .put("started", job.started().toString())
                .put("updated", job.updated().toString())
                .put("message", job.message());
    }

    private static Materialization job(JsonNode json) {
        return new Materialization(
                json.required("id").asText(),
                new ViewId(
                        json.required("view").asText(), json.required("version").asText()),
                new TimeRange(
                        json.required("from").asLong(), json.required("to").asLong()),
                Materialization.State.valueOf(json.required("state").asText()),
                json.required("read").asLong(),
                json.required("written").asLong(),
                json.required("rejected").asLong(),
                json.required("passed_over").asLong(),
                json.required("expected").asLong(),
                Instant.parse(json.required("started").asText()),
                Instant.parse(json.required("updated").asText()),
                json.required("message").asText());
    }
}
