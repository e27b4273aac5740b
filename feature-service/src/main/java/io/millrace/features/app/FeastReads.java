package io.millrace.features.app;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Online reads as Feast's clients ask for them, over HTTP and gRPC alike. */
@ApplicationScoped
public class FeastReads {
    /** The join key that Feast gives to a view without entities; its one value is empty text. */
    public static final String DUMMY_KEY = "__dummy_id";

    private static final FeatureValue DUMMY = new FeatureValue.Text("");

    private final OnlineFeatures online;
    private final Catalog catalog;
    private final DefinitionStore definitions;

    public FeastReads(OnlineFeatures online, Catalog catalog, DefinitionStore definitions) {
        this.online = online;
        this.catalog = catalog;
        this.definitions = definitions;
    }

    /**
     * A request.
     *
     * @param featureService decides what is read where it is there; {@code features} are without meaning then
     * @param entities join keys and request data by name; columns that are neither are dropped
     * @param asOfMicros empty for now, one for all rows, or one per row; Feast has no such thing
     * @param completeWithin zero not to wait; Feast has no such thing
     */
    public record Read(
            Optional<String> featureService,
            List<String> features,
            Map<String, List<@Nullable FeatureValue>> entities,
            boolean fullNames,
            List<Long> asOfMicros,
            Duration completeWithin) {}

    /**
     * Reads as {@link OnlineFeatures#read} does.
     *
     * @throws Refusal with a {@link FeatureReason}
     */
    public CompletableFuture<OnlineAnswer> read(Read read) {
        List<String> features;
        boolean fills;
        try {
            features = features(read);
            fills = !read.entities().containsKey(DUMMY_KEY)
                    && catalog.plan(features, read.fullNames()).joinKeys().contains(DUMMY_KEY);
        } catch (Refusal refusal) {
            definitions.requireCurrentFor(refusal);
            throw refusal;
        }
        CompletableFuture<OnlineAnswer> answer = online.read(
                new OnlineRequest(
                        features,
                        fills ? withDummyKey(read.entities()) : read.entities(),
                        read.asOfMicros(),
                        read.fullNames(),
                        OnlineRequest.UnknownColumns.DROP),
                read.completeWithin());
        return fills ? answer.thenApply(FeastReads::withoutDummyKey) : answer;
    }

    private List<String> features(Read read) {
        return read.featureService().map(catalog::featuresOf).orElse(read.features());
    }

    /** Clients from 0.64 on leave the key of a view without entities out, and do not look for it in the answer; older ones do both. */
    private static Map<String, List<@Nullable FeatureValue>> withDummyKey(
            Map<String, List<@Nullable FeatureValue>> entities) {
        int rows = entities.values().stream().mapToInt(List::size).findFirst().orElse(1);
        Map<String, List<@Nullable FeatureValue>> filled = new LinkedHashMap<>(entities);
        filled.put(DUMMY_KEY, Collections.nCopies(rows, DUMMY));
        return filled;
    }

    private static OnlineAnswer withoutDummyKey(OnlineAnswer answer) {
        Map<String, List<@Nullable FeatureValue>> keys = new LinkedHashMap<>(answer.keys());
        keys.remove(DUMMY_KEY);
        return new OnlineAnswer(
                answer.plan(), answer.rows(), keys, answer.views(), answer.staleness(), answer.complete());
    }
}
