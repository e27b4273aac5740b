package io.millrace.inference.domain;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Something that happened in the service and that others want to hear of.
 *
 * @param type the CloudEvents type
 * @param subject what it happened to, such as {@code flight-delay/3}. Events of one subject stay in order
 * @param data what is told: texts, numbers, booleans, lists and maps of these. Absent is what is not known
 */
public record ServiceEvent(String type, String subject, Map<String, Object> data) {
    /** What was done to a pipeline. */
    public enum PipelineChange {
        APPLIED,
        PAUSED,
        RESUMED,
        REMOVED
    }

    /**
     * A version of a model serves, or serves with other files.
     *
     * @param engine what runs it
     * @param bytes length of the model file
     * @param signature what it takes and gives, as the file says
     * @param took from the first look at it until it served
     */
    public static ServiceEvent modelLoaded(
            String name, String version, String digest, String engine, long bytes, Signature signature, Duration took) {
        Map<String, Object> data = model(name, version, digest);
        data.put("engine", engine);
        data.put("bytes", bytes);
        data.put("inputs", tensors(signature.inputs()));
        data.put("outputs", tensors(signature.outputs()));
        data.put("took_ms", took.toMillis());
        return new ServiceEvent("io.millrace.model.loaded", name + "/" + version, data);
    }

    /**
     * A version as it is on disk does not serve.
     *
     * @param digest of the file that was refused; empty where it could not be read
     */
    public static ServiceEvent modelRefused(String name, String version, String digest, String reason) {
        return modelStopped("refused", name, version, digest, reason);
    }

    /** A version that served does not any more. */
    public static ServiceEvent modelUnloaded(String name, String version, String digest, String reason) {
        return modelStopped("unloaded", name, version, digest, reason);
    }

    private static ServiceEvent modelStopped(String how, String name, String version, String digest, String reason) {
        Map<String, Object> data = model(name, version, digest);
        data.put("reason", reason);
        return new ServiceEvent("io.millrace.model." + how, name + "/" + version, data);
    }

    /**
     * A deployment was applied, rolled back or removed.
     *
     * @param change one word, such as {@code updated} or {@code rolled-back}
     * @param more what it is now, and was; {@code deployment} and {@code change} are put in front
     */
    public static ServiceEvent deploymentChanged(String name, String change, Map<String, Object> more) {
        var data = new LinkedHashMap<String, Object>();
        data.put("deployment", name);
        data.put("change", change);
        data.putAll(more);
        return new ServiceEvent("io.millrace.deployment.changed", name, data);
    }

    /**
     * Something happened to a model that learns.
     *
     * @param what one word: {@code snapshot}, {@code drifted}, {@code frozen} or {@code resumed}
     * @param more what belongs to it; {@code model} is put in front
     */
    public static ServiceEvent onlineModel(String name, String what, Map<String, Object> more) {
        var data = new LinkedHashMap<String, Object>();
        data.put("model", name);
        data.putAll(more);
        return new ServiceEvent("io.millrace.online-model." + what, name, data);
    }

    /**
     * An experiment of a deployment was decided, or what it found is left to a person.
     *
     * @param evidence the data, the statistic, the decision and who made it
     */
    public static ServiceEvent experimentDecided(String deployment, Map<String, Object> evidence) {
        return new ServiceEvent("io.millrace.experiment.decided", deployment, evidence);
    }

    /**
     * Somebody applied, paused, resumed or removed a pipeline. Told once, by the replica that was asked.
     *
     * @param fields in which the definition changed; empty for a new one
     */
    public static ServiceEvent pipelineChanged(String name, PipelineChange change, List<String> fields) {
        var data = new LinkedHashMap<String, Object>();
        data.put("pipeline", name);
        if (!fields.isEmpty()) {
            data.put("fields", fields);
        }
        return new ServiceEvent("io.millrace.pipeline." + change.name().toLowerCase(Locale.ROOT), name, data);
    }

    /**
     * What a shadow answered to a call that it saw.
     *
     * @param more what was asked, and what the caller was answered
     */
    public static ServiceEvent shadowAnswered(
            String deployment, long revision, String shadow, ModelIdentity model, Map<String, Object> more) {
        var data = new LinkedHashMap<String, Object>();
        data.put("deployment", deployment);
        data.put("revision", revision);
        data.put("shadow", shadow);
        data.putAll(model(model.name(), model.version(), model.digest()));
        data.putAll(more);
        return new ServiceEvent("io.millrace.shadow.answered", deployment + "/" + shadow, data);
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
