package io.millrace.inference.app.plan;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.plan.ContractCheck.Issue;
import io.millrace.inference.app.plan.ContractCheck.Rules;
import io.millrace.inference.app.plan.PlanReport.ContractReport;
import io.millrace.inference.app.plan.PlanReport.Rule;
import io.millrace.inference.app.plan.RecordedEvents.Span;
import io.millrace.inference.app.plan.ReplaySpec.PlannedContract;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The events of a topic while they are validated with a planned contract and with the registered one. */
final class ContractRun {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long CALL_BYTES = 8 << 20;
    private static final int EXAMPLES = 3;

    private final ReplayPlanJob.Parts parts;
    private final ReplaySpec spec;
    private final PlannedContract contract;
    private final String topic;
    private final JobContext context;
    private final List<String> notes = new ArrayList<>();
    private final Map<Key, Broken> rules = new LinkedHashMap<>();
    private long population;
    private long events;
    private long unreadable;
    private Duration reading = Duration.ZERO;
    private Duration checking = Duration.ZERO;

    private record Key(String check, String column) {}

    /** How often a rule is broken. */
    private static final class Broken {
        private String message = "";
        private long recorded;
        private long planned;
        private final List<String> examples = new ArrayList<>();
    }

    ContractRun(
            ReplayPlanJob.Parts parts, ReplaySpec spec, PlannedContract contract, String topic, JobContext context) {
        this.parts = parts;
        this.spec = spec;
        this.contract = contract;
        this.topic = topic;
        this.context = context;
    }

    /** What cannot be validated is said in the report. */
    ContractReport run() {
        String failure = "";
        try {
            validate();
        } catch (Refusal | JobFailedException e) {
            context.checkCancelled();
            failure = String.valueOf(e.getMessage());
        }
        return new ContractReport(
                contract.reference(),
                topic,
                population,
                events,
                unreadable,
                rules.entrySet().stream()
                        .map(each -> new Rule(
                                each.getKey().check(),
                                each.getKey().column(),
                                each.getValue().message,
                                each.getValue().recorded,
                                each.getValue().planned,
                                each.getValue().examples))
                        .toList(),
                reading,
                checking,
                notes,
                failure);
    }

    private void validate() {
        Instant since = parts.clock().instant().minus(spec.span());
        long start = System.nanoTime();
        context.phase("reads the events of " + topic);
        Span span = parts.events().span(topic, since);
        population = span.size();
        if (!span.isThere()) {
            notes.add("topic " + topic + " does not exist");
        } else if (span.isCut()) {
            notes.add("topic " + topic + " holds nothing older than what was read: a part of the span may be gone");
        }
        if (population > spec.rows()) {
            notes.add("a sample of " + spec.rows() + " of " + population + " offsets, seed " + spec.seed());
        }
        List<byte[]> values =
                parts.events().values(span, OffsetSample.of(span.parts(), spec.rows(), spec.seed()), context);
        events = values.size();
        List<byte[]> rows = values.stream().filter(ContractRun::isObject).toList();
        unreadable = events - rows.size();
        reading = Duration.ofNanos(System.nanoTime() - start);

        start = System.nanoTime();
        context.phase("validates the events of " + topic);
        List<List<byte[]>> calls = calls(rows);
        if (calls.size() > 1) {
            notes.add("validated in " + calls.size() + " parts: rules over the whole table hold for each of them");
        }
        long done = 0;
        for (List<byte[]> call : calls) {
            compare(call);
            done += call.size();
            context.progress(done, rows.size());
            context.checkCancelled();
        }
        checking = Duration.ofNanos(System.nanoTime() - start);
    }

    private void compare(List<byte[]> rows) {
        Optional<List<Issue>> today =
                parts.contracts().check(new Rules.Registered(contract.reference()), rows, parts.deadline());
        if (today.isEmpty() && !notes.contains("the contract is new: nothing is broken today")) {
            notes.add("the contract is new: nothing is broken today");
        }
        for (Issue issue : today.orElse(List.of())) {
            broken(issue).recorded += issue.rows();
        }
        for (Issue issue : parts.contracts()
                .check(new Rules.Document(contract.document()), rows, parts.deadline())
                .orElse(List.of())) {
            broken(issue).planned += issue.rows();
        }
    }

    private Broken broken(Issue issue) {
        Broken broken = rules.computeIfAbsent(new Key(issue.check(), issue.column()), _ -> new Broken());
        broken.message = issue.message();
        issue.sample().stream()
                .limit(EXAMPLES - broken.examples.size())
                .filter(row -> !broken.examples.contains(row))
                .forEach(broken.examples::add);
        return broken;
    }

    private static List<List<byte[]>> calls(List<byte[]> rows) {
        var calls = new ArrayList<List<byte[]>>();
        long size = CALL_BYTES;
        for (byte[] row : rows) {
            if (size + row.length > CALL_BYTES) {
                calls.add(new ArrayList<>());
                size = 0;
            }
            calls.getLast().add(row);
            size += row.length + 1;
        }
        return calls;
    }

    private static boolean isObject(byte[] value) {
        try {
            return JSON.readTree(value).isObject();
        } catch (IOException e) {
            return false;
        }
    }
}
