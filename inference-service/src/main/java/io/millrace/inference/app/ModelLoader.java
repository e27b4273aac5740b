package io.millrace.inference.app;

import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.app.queue.Lanes;
import io.millrace.inference.app.watch.References;
import io.millrace.inference.app.watch.RegisteredReference;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ServiceEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Brings a version into memory: reads and checks it, loads it, warms it up, asks it its golden requests, and tells what came of that. */
final class ModelLoader {
    private static final Logger LOG = Logger.getLogger(ModelLoader.class);

    private final ModelRepository repository;
    private final ModelEngine engine;
    private final Lanes lanes;
    private final EventLog events;
    private final References references;

    ModelLoader(ModelRepository repository, ModelEngine engine, Lanes lanes, EventLog events, References references) {
        this.references = references;
        this.repository = repository;
        this.engine = engine;
        this.lanes = lanes;
        this.events = events;
    }

    /**
     * The version as it is in the repository.
     *
     * @param old what serves under its number
     * @param refusal why it was refused at the last look; what is refused for the same reason again is not told again
     * @return {@code old} where nothing of it changed but its golden requests, which it answers
     * @throws ModelRefusedException where it must not serve; nothing stays loaded then but {@code old}
     */
    ServedModel load(Candidate candidate, @Nullable ServedModel old, @Nullable String refusal)
            throws ModelRefusedException {
        long start = System.nanoTime();
        String digest = "";
        try {
            ModelFile file = repository.read(candidate);
            digest = file.definition().digest();
            if (old != null && old.definition().equals(file.definition())) {
                GoldenCheck.check(file.golden(), old.loaded());
                return old;
            }
            ServedModel loaded = load(file);
            loaded(file, loaded, Duration.ofNanos(System.nanoTime() - start));
            return loaded;
        } catch (ModelRefusedException e) {
            if (!e.getMessage().equals(refusal) && isThere(candidate)) {
                refused(candidate, digest, old, e);
            }
            throw e;
        }
    }

    /** Whether it was not taken away while it was read, as learners do with their older snapshots. */
    private boolean isThere(Candidate candidate) {
        try {
            return repository.look().versions().stream()
                    .anyMatch(each -> each.name().equals(candidate.name())
                            && each.version().equals(candidate.version()));
        } catch (IOException unknown) {
            return true;
        }
    }

    private ServedModel load(ModelFile file) throws ModelRefusedException {
        LoadedModel loaded = engine.load(file);
        boolean serves = false;
        try {
            GoldenCheck.check(file.golden(), loaded);
            Optional<RegisteredReference> reference = references.register(file);
            serves = true;
            return new ServedModel(file, loaded, lanes, reference);
        } finally {
            if (!serves) {
                loaded.close();
            }
        }
    }

    private void loaded(ModelFile file, ServedModel loaded, Duration took) {
        ModelDefinition definition = file.definition();
        LOG.infof(
                "Model %s %s serves after %d ms: %s",
                definition.name(), definition.version(), took.toMillis(), definition.digest());
        events.record(ServiceEvent.modelLoaded(
                definition.name(),
                definition.version(),
                definition.digest(),
                definition.engine().name().toLowerCase(Locale.ROOT),
                file.content().capacity(),
                loaded.signature(),
                took));
    }

    private void refused(Candidate candidate, String digest, @Nullable ServedModel old, ModelRefusedException e) {
        LOG.warnf(
                "Model %s %s is refused%s: %s",
                candidate.name(),
                candidate.version(),
                old == null ? "" : ", what served before goes on serving",
                e.getMessage());
        events.record(ServiceEvent.modelRefused(candidate.name(), candidate.version(), digest, e.getMessage()));
    }

    /** Tells that a version is let go of; it is closed when its last user is done. */
    void unloaded(ServedModel old, String why) {
        ModelDefinition definition = old.definition();
        LOG.infof(
                "Model %s %s with digest %s is let go of: %s",
                definition.name(), definition.version(), definition.digest(), why);
        events.record(ServiceEvent.modelUnloaded(definition.name(), definition.version(), definition.digest(), why));
        old.reference().ifPresent(references::forget);
        old.release();
    }
}
