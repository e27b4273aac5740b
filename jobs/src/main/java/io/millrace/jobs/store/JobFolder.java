package io.millrace.jobs.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Jobs as JSON files of a folder, one each, replaced by renaming. */
public final class JobFolder implements JobStore {
    private static final Logger LOG = Logger.getLogger(JobFolder.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".json";

    private final Path folder;

    /** The folder is made when the first job is saved. */
    public JobFolder(Path folder) {
        this.folder = folder;
    }

    @Override
    public List<Job> all() {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING))
                    .flatMap(file -> read(file).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of jobs cannot be read", e);
        }
    }

    @Override
    public void save(Job job) {
        Path file = folder.resolve(job.id() + ENDING);
        Path fresh = folder.resolve(job.id() + ".new");
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(tree(job)));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel parent = FileChannel.open(folder, StandardOpenOption.READ)) {
                parent.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("job " + job.id() + " cannot be written", e);
        }
    }

    @Override
    public void delete(String id) {
        try {
            Files.deleteIfExists(folder.resolve(id + ENDING));
        } catch (IOException e) {
            throw new UncheckedIOException("job " + id + " cannot be deleted", e);
        }
    }

    /** Empty, and said in the log, where the file is none of ours: one bad file must not keep the service from starting. */
    private static Optional<Job> read(Path file) {
        try {
            return Optional.of(job(JSON.readTree(Files.readAllBytes(file))));
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            LOG.warnf(e, "%s is no job and is left alone", file.getFileName());
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(file.getFileName() + " cannot be read", e);
        }
    }

    private static ObjectNode tree(Job job) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("id", job.id());
        tree.put("kind", job.kind());
        tree.put("state", job.state().name());
        tree.put("phase", job.phase());
        tree.put("done", job.done());
        tree.put("expected", job.expected());
        tree.put("rows_per_second", job.rowsPerSecond());
        tree.put("message", job.message());
        tree.set("parameters", tree(job.parameters()));
        tree.set("result", tree(job.result()));
        tree.set("checkpoint", tree(job.checkpoint()));
        tree.put("runs", job.runs());
        tree.put("created", job.created().toString());
        put(tree, "started", job.started());
        put(tree, "finished", job.finished());
        return tree;
    }

    private static ObjectNode tree(Map<String, String> texts) {
        ObjectNode tree = JSON.createObjectNode();
        texts.forEach(tree::put);
        return tree;
    }

    private static void put(ObjectNode tree, String name, @Nullable Instant instant) {
        if (instant != null) {
            tree.put(name, instant.toString());
        }
    }

    private static Job job(JsonNode tree) {
        return new Job(
                text(tree, "id"),
                text(tree, "kind"),
                Job.State.valueOf(text(tree, "state")),
                text(tree, "phase"),
                tree.path("done").longValue(),
                tree.path("expected").longValue(),
                tree.path("rows_per_second").doubleValue(),
                text(tree, "message"),
                texts(tree.path("parameters")),
                texts(tree.path("result")),
                texts(tree.path("checkpoint")),
                tree.path("runs").intValue(),
                Instant.parse(text(tree, "created")),
                instant(tree, "started"),
                instant(tree, "finished"));
    }

    private static String text(JsonNode tree, String name) {
        return Objects.requireNonNull(tree.path(name).textValue(), name);
    }

    private static @Nullable Instant instant(JsonNode tree, String name) {
        String text = tree.path(name).textValue();
        return text == null ? null : Instant.parse(text);
    }

    private static Map<String, String> texts(JsonNode tree) {
        var texts = new HashMap<String, String>();
        tree.properties()
                .forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
        return texts;
    }
}
