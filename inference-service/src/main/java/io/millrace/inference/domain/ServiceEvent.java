package io.millrace.inference.domain;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Something that happened in the service and that others want to hear of. */
public sealed interface ServiceEvent {
    /** The CloudEvents type. */
    String type();

    /** What it happened to, such as {@code flight-delay/3}. Events of one subject stay in order. */
    String subject();

    /** What is told: texts, numbers, booleans, lists and maps of these. Absent is what is not known. */
    Map<String, Object> data();

    /**
     * A version of a model serves, or serves with other files.
     *
     * @param engine what runs it
     * @param bytes length of the model file
     * @param signature what it takes and gives, as the file says
     * @param took from the first look at it until it served
     */
    record ModelLoaded(
            String name, String version, String digest, String engine, long bytes, Signature signature, Duration took)
            implements ServiceEvent {
        @Override
        public String type() {
            return "io.millrace.model.loaded";
        }

        @Override
        public String subject() {
            return name + "/" + version;
        }

        @Override
        public Map<String, Object> data() {
            Map<String, Object> data = model(name, version, digest);
            data.put("engine", engine);
            data.put("bytes", bytes);
            data.put("inputs", tensors(signature.inputs()));
            data.put("outputs", tensors(signature.outputs()));
            data.put("took_ms", took.toMillis());
            return data;
        }
    }

    /**
     * A version as it is on disk does not serve.
     *
     * @param digest of the file that was refused; empty where it could not be read
     */
    record ModelRefused(String name, String version, String digest, String reason) implements ServiceEvent {
        @Override
        public String type() {
            return "io.millrace.model.refused";
        }

        @Override
        public String subject() {
            return name + "/" + version;
        }

        @Override
        public Map<String, Object> data() {
            Map<String, Object> data = model(name, version, digest);
            data.put("reason", reason);
            return data;
        }
    }

    /** A version that served does not any more. */
    record ModelUnloaded(String name, String version, String digest, String reason) implements ServiceEvent {
        @Override
        public String type() {
            return "io.millrace.model.unloaded";
        }

        @Override
        public String subject() {
            return name + "/" + version;
        }

        @Override
        public Map<String, Object> data() {
            Map<String, Object> data = model(name, version, digest);
            data.put("reason", reason);
            return data;
        }
    }

    /**
     * A deployment was applied, rolled back or removed.
     *
     * @param change one word, such as {@code updated} or {@code rolled-back}
     * @param more what it is now, and was; {@code deployment} and {@code change} are put in front
     */
    record DeploymentChanged(String name, String change, Map<String, Object> more) implements ServiceEvent {
        @Override
        public String type() {
            return "io.millrace.deployment.changed";
        }

        @Override
        public String subject() {
            return name;
        }

        @Override
        public Map<String, Object> data() {
            var data = new LinkedHashMap<String, Object>();
            data.put("deployment", name);
            data.put("change", change);
            data.putAll(more);
            return data;
        }
    }

    /**
     * Somebody applied, paused, resumed or removed a pipeline. Told once, by the replica that was asked.
     *
     * @param fields in which the definition changed; empty for a new one
     */
    record PipelineChanged(String name, Change change, List<String> fields) implements ServiceEvent {
        /** What was done to the pipeline. */
        public enum Change {
            APPLIED,
            PAUSED,
            RESUMED,
            REMOVED
        }

        @Override
        public String type() {
            return "io.millrace.pipeline." + change.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String subject() {
            return name;
        }

        @Override
        public Map<String, Object> data() {
            var data = new LinkedHashMap<String, Object>();
            data.put("pipeline", name);
            if (!fields.isEmpty()) {
                data.put("fields", fields);
            }
            return data;
        }
    }

    /**
     * What a shadow answered to a call that it saw.
     *
     * @param more what was asked, and what the caller was answered
     */
    record ShadowAnswered(
            String deployment, long revision, String shadow, ModelIdentity model, Map<String, Object> more)
            implements ServiceEvent {
        @Override
        public String type() {
            return "io.millrace.shadow.answered";
        }

        @Override
        public String subject() {
            return deployment + "/" + shadow;
        }

        @Override
        public Map<String, Object> data() {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("deployment", deployment);
            data.put("revision", revision);
            data.put("shadow", shadow);
            data.putAll(ServiceEvent.model(model.name(), model.version(), model.digest()));
            data.putAll(more);
            return data;
        }
    }

    private static List<Map<String, Object>> tensors(List<TensorSpec> specs) {
        return specs.stream()
                .<Map<String, Object>>map(spec ->
                        Map.of("name", spec.name(), "datatype", spec.datatype().name(), "shape", spec.shape()))
                .toList();
    }

    private static Map<String, Object> model(String name, String version, String digest) {
        var data = new LinkedHashMap<String, Object>();
        data.put("model", name);
        data.put("version", version);
        if (!digest.isEmpty()) {
            data.put("digest", digest);
        }
        return data;
    }
}
