package io.millrace.inference.app.watch;

import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.watch.DriftReport.Incident;
import io.millrace.inference.domain.watch.DriftReport.Moved;
import io.millrace.inference.domain.watch.DriftReport.Ranked;
import io.millrace.inference.domain.watch.DriftReport.Segment;
import io.millrace.inference.domain.watch.DriftReport.Upstream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is told of drift: {@code io.millrace.drift.found}, {@code .widened} and {@code .ended}. */
public final class DriftEvents {
    private DriftEvents() {}

    /**
     * Something to tell.
     *
     * @param id the same whenever it is told again
     */
    public record Told(String id, ServiceEvent event) {}

    static Told found(String pipeline, References.Key model, String reference, Incident incident) {
        return told("found", pipeline, model, reference, incident, incident.moved(), "");
    }

    static Told widened(
            String pipeline, References.Key model, String reference, Incident incident, List<Moved> more, Instant at) {
        return told("widened", pipeline, model, reference, incident, more, "/" + at);
    }

    static Told ended(String pipeline, References.Key model, String reference, Incident incident) {
        return told("ended", pipeline, model, reference, incident, incident.moved(), "");
    }

    private static Told told(
            String what,
            String pipeline,
            References.Key model,
            String reference,
            Incident incident,
            List<Moved> moved,
            String more) {
        var data = new LinkedHashMap<String, Object>();
        data.put("incident", incident.id());
        data.put("pipeline", pipeline);
        data.put("model", model.model());
        data.put("version", model.version());
        data.put("digest", model.digest());
        data.put("reference", reference);
        data.put("since", incident.since().toString());
        data.put("found", incident.found().toString());
        if (incident.ended() != null) {
            data.put("ended", incident.ended().toString());
        }
        data.put("rows", incident.rows());
        data.put("moved", moved.stream().map(DriftEvents::moved).toList());
        data.put(
                "features",
                incident.cause().features().stream().map(DriftEvents::ranked).toList());
        data.put(
                "segments",
                incident.cause().segments().stream().map(DriftEvents::segment).toList());
        data.put(
                "upstream",
                incident.cause().upstream().stream().map(DriftEvents::upstream).toList());
        String id = "drift/" + pipeline + "/" + incident.id() + "/" + what + more;
        return new Told(
                id,
                new ServiceEvent(
                        "io.millrace.drift." + what, pipeline + "/" + model.model() + "/" + model.version(), data));
    }

    private static Map<String, Object> moved(Moved moved) {
        return Map.of(
                "name", moved.name(),
                "kind", moved.kind(),
                "against", moved.against(),
                "by", moved.by(),
                "p", moved.p(),
                "since", moved.since().toString());
    }

    private static Map<String, Object> ranked(Ranked ranked) {
        return Map.of("name", ranked.name(), "psi", ranked.psi(), "p", ranked.p());
    }

    private static Map<String, Object> segment(Segment segment) {
        return Map.of(
                "conditions", segment.conditions(),
                "of", segment.of(),
                "rows_before", segment.rowsBefore(),
                "rows", segment.rows(),
                "before", segment.before(),
                "now", segment.now(),
                "share", segment.share(),
                "p", segment.p());
    }

    private static Map<String, Object> upstream(Upstream upstream) {
        var data = new LinkedHashMap<String, Object>();
        data.put("view", upstream.view());
        data.put("features", upstream.features());
        put(data, "age_seconds", upstream.ageSeconds());
        put(data, "age_seconds_before", upstream.ageSecondsBefore());
        data.put("remarks", upstream.remarks());
        return data;
    }

    private static void put(Map<String, Object> data, String name, @Nullable Double value) {
        if (value != null) {
            data.put(name, value);
        }
    }
}
