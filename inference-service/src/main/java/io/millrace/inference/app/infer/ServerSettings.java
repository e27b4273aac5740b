package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * Triton's trace and log settings, as far as they have a meaning here. They are said and not taken: what a caller of one model may see must not decide what the
 * operator's log and traces hold.
 */
@ApplicationScoped
public class ServerSettings {
    private static final Logger ROOT = Logger.getLogger("io.millrace");

    private final Inference inference;

    public ServerSettings(Inference inference) {
        this.inference = inference;
    }

    /**
     * Triton's own traces, of times inside a call, are off; what there is are OpenTelemetry's.
     *
     * @param model whose settings; empty: the server's
     * @throws Refusal MODEL_NOT_FOUND
     */
    public Map<String, List<String>> traces(Optional<String> model) {
        model.ifPresent(name -> inference.isReady(name, Optional.empty()));
        return new TreeMap<>(Map.of("trace_level", List.of("OFF"), "trace_mode", List.of("opentelemetry")));
    }

    /** Boolean, Integer or String by name: what the log takes now. */
    public Map<String, Object> logs() {
        return new TreeMap<>(Map.of(
                "log_error", ROOT.isEnabled(Logger.Level.ERROR),
                "log_warning", ROOT.isEnabled(Logger.Level.WARN),
                "log_info", ROOT.isEnabled(Logger.Level.INFO),
                "log_verbose_level", ROOT.isDebugEnabled() ? 1 : 0,
                "log_file", ""));
    }

    /**
     * Takes no trace settings; a call that gives none is one that asks for them.
     *
     * @throws Refusal NOT_OFFERED
     */
    public void takeTraces(Set<String> given) {
        refuse(given, "trace settings", "quarkus.otel");
    }

    /**
     * Takes no log settings; a call that gives none is one that asks for them.
     *
     * @throws Refusal NOT_OFFERED
     */
    public void takeLogs(Set<String> given) {
        refuse(given, "log settings", "quarkus.log");
    }

    private static void refuse(Set<String> given, String what, String instead) {
        if (!given.isEmpty()) {
            throw new Refusal(
                    InferenceReason.NOT_OFFERED,
                    what + " are not taken over the wire, configure " + instead + ".*; given were "
                            + new TreeSet<>(given));
        }
    }
}
