package io.millrace.inference.app.watch;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.domain.watch.DriftReport;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is known of drift, for whoever asks. Answers from memory, on every replica. */
@Singleton
public class Watches {
    private final DriftReports reports;
    private final PipelineAdministration pipelines;

    public Watches(DriftReports reports, PipelineAdministration pipelines) {
        this.reports = reports;
        this.pipelines = pipelines;
    }

    /**
     * Of all pipelines that are there, by pipeline.
     *
     * @throws Refusal DEFINITIONS_UNAVAILABLE
     */
    public List<DriftReport> all() {
        Set<String> known = pipelines.list().stream()
                .map(summary -> summary.pipeline().name())
                .collect(Collectors.toSet());
        return reports.all().stream()
                .filter(report -> known.contains(report.pipeline()))
                .toList();
    }

    /**
     * Of one pipeline; without versions where nothing was looked at yet.
     *
     * @throws Refusal PIPELINE_NOT_FOUND
     */
    public DriftReport find(String pipeline) {
        String known = pipelines.find(pipeline).name();
        return reports.find(known).orElseGet(() -> new DriftReport(known, 0, 0, null, List.of()));
    }
}
