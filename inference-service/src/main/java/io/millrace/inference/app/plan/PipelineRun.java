package io.millrace.inference.app.plan;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.PlannedScoring;
import io.millrace.inference.app.condition.Facts;
import io.millrace.inference.app.plan.Comparison.Verdict;
import io.millrace.inference.app.plan.PlanReport.PipelineReport;
import io.millrace.inference.app.plan.PlanReport.Times;
import io.millrace.inference.app.plan.PlanReport.Volume;
import io.millrace.inference.app.plan.PlannedChanges.Touched;
import io.millrace.inference.app.plan.RecordedEvents.Answer;
import io.millrace.inference.app.plan.RecordedEvents.Recorded;
import io.millrace.inference.app.plan.RecordedEvents.Span;
import io.millrace.inference.app.replay.PredictionLog.SourceEvent;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.app.replay.RecordedPrediction;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One pipeline while it is replayed. */
final class PipelineRun {
    private final ReplayPlanJob.Parts parts;
    private final ReplaySpec spec;
    private final Touched touched;
    private final PlannedScoring scoring;
    private final JobContext context;
    private final List<String> notes = new ArrayList<>();
    private Volume volume;
    private Times times = Times.NONE;

    PipelineRun(
            ReplayPlanJob.Parts parts, ReplaySpec spec, Touched touched, PlannedScoring scoring, JobContext context) {
        this.parts = parts;
        this.spec = spec;
        this.touched = touched;
        this.scoring = scoring;
        this.context = context;
        this.volume = Volume.none(touched.planned().input().topic());
    }

    /** What cannot be replayed for good is said in the report; the others of the plan are replayed all the same. */
    PipelineReport run() {
        var comparison = new Comparison(touched.current(), touched.planned());
        String failure = "";
        try {
            replay(comparison);
        } catch (Refusal | JobFailedException e) {
            context.checkCancelled();
            failure = String.valueOf(e.getMessage());
        }
        return new PipelineReport(
                touched.planned().name(), touched.reasons(), volume, comparison.result(), times, notes, failure);
    }

    private void replay(Comparison comparison) {
        Pipeline planned = touched.planned();
        Instant since = parts.clock().instant().minus(spec.span());
        long start = System.nanoTime();
        Span span = parts.events().span(planned.input().topic(), since);
        volume = new Volume(span.topic(), span.size(), 0, 0, 0);
        noteSpan(span);
        OffsetSample sample = OffsetSample.of(span.parts(), spec.rows(), spec.seed());
        context.phase("reads the events of " + planned.name());
        List<Recorded> events = parts.events().read(planned, current(), span, sample, context);
        volume = new Volume(span.topic(), span.size(), events.size(), 0, 0);
        Map<RecordPlace, Answer> answers = answers(events, since);
        times = new Times(since(start), Duration.ZERO, Duration.ZERO);
        noteAnswers(answers);

        start = System.nanoTime();
        var cells = new PlannedCells(planned, touched.current(), spec.planned());
        for (Recorded event : events) {
            if (event.planned() instanceof SourceEvent.Event read) {
                cells.add(read.row(), answers.get(event.place()));
            }
        }
        cells.complete((entities, features) -> {
            if (!entities.isEmpty()) {
                context.phase("asks the past features of " + planned.name());
            }
            var found = parts.past()
                    .read(entities, features, spec.planned(), parts.work().resolve(context.id()), context);
            notes.addAll(found.gaps());
            return found.cells();
        });
        times = new Times(times.reading(), since(start), Duration.ZERO);
        volume = new Volume(span.topic(), span.size(), events.size(), cells.recorded(), cells.computed());

        start = System.nanoTime();
        context.phase("scores the events of " + planned.name());
        for (int from = 0; from < events.size(); from += parts.batchRows()) {
            List<Recorded> batch = events.subList(from, Math.min(events.size(), from + parts.batchRows()));
            score(batch, answers, cells, comparison);
            context.progress(from + batch.size(), events.size());
            context.checkCancelled();
        }
        times = new Times(times.reading(), times.features(), since(start));
    }

    /** The applied pipeline, where it reads the same topic: else nothing is recorded of these events. */
    private Optional<Pipeline> current() {
        return touched.current().filter(pipeline -> pipeline.input()
                .topic()
                .equals(touched.planned().input().topic()));
    }

    private Map<RecordPlace, Answer> answers(List<Recorded> events, Instant since) {
        Optional<Pipeline> current = current();
        if (current.isEmpty()) {
            notes.add(
                    touched.current().isEmpty()
                            ? "nothing is recorded: the pipeline is new"
                            : "nothing is recorded: the pipeline reads another topic today");
            return Map.of();
        }
        context.phase("reads the predictions of " + current.get().name());
        return parts.events()
                .answers(
                        current.get(),
                        events.stream().map(Recorded::place).collect(Collectors.toSet()),
                        since,
                        context);
    }

    private void score(
            List<Recorded> events, Map<RecordPlace, Answer> answers, PlannedCells cells, Comparison comparison) {
        var rows = new ArrayList<ScoreRow>(events.size());
        for (Recorded event : events) {
            if (event.planned() instanceof SourceEvent.Event read) {
                rows.add(read.row().from(event.place().toString()));
            }
        }
        ScoredBatch scored = rows.isEmpty() ? null : scoring.score(touched.planned(), rows, cells, parts.deadline());
        int at = 0;
        for (Recorded event : events) {
            String key = "";
            Verdict is;
            if (event.planned() instanceof SourceEvent.Event read && scored != null) {
                key = read.key();
                is = verdict(read, rows.get(at), scored, at);
                at++;
            } else {
                is = new Verdict.Dead(unread(event.planned()));
            }
            comparison.add(event.place().toString(), key, recorded(event, answers.get(event.place())), is);
        }
    }

    private static Verdict verdict(SourceEvent.Event event, ScoreRow row, ScoredBatch scored, int at) {
        return switch (scored.rows().get(at)) {
            case RowScore.Invalid(String reason, String detail) -> new Verdict.Dead(reason);
            case RowScore.Scored score -> new Verdict.Predicted(new Facts(event.key(), row, score, scored, at));
        };
    }

    /** The reason of a fault, which stands before its words. */
    private static String unread(SourceEvent event) {
        return switch (event) {
            case SourceEvent.Faulty(String why) -> why.contains(":") ? why.substring(0, why.indexOf(':')) : why;
            case SourceEvent.Gone(String why) -> why;
            case SourceEvent.Event _ -> "not scored";
        };
    }

    private static Verdict recorded(Recorded event, @Nullable Answer answer) {
        return switch (answer) {
            case Answer.Predicted(RecordedPrediction prediction, boolean complete) -> {
                ScoreRow row = event.current() instanceof SourceEvent.Event read
                        ? read.row()
                        : new ScoreRow(Map.of(), prediction.asOfMicros());
                var score = new RowScore.Scored(
                        prediction.prediction(),
                        prediction.entity(),
                        prediction.values(),
                        prediction.eventTimes(),
                        prediction.imputed(),
                        prediction.hash());
                var batch = new ScoredBatch(
                        List.of(score),
                        prediction.model(),
                        complete,
                        List.of(),
                        Optional.empty(),
                        prediction
                                .choice()
                                .map(each -> List.of(new Assigned(each, prediction.model())))
                                .orElse(List.of()));
                yield new Verdict.Predicted(new Facts(prediction.key(), row, score, batch, 0));
            }
            case Answer.DeadLettered(String reason) -> new Verdict.Dead(reason);
            case null -> new Verdict.Unknown();
        };
    }

    private void noteSpan(Span span) {
        if (!span.isThere()) {
            notes.add("topic " + span.topic() + " does not exist");
        } else if (span.isCut()) {
            notes.add("topic " + span.topic()
                    + " holds nothing older than what was read: a part of the span may be gone");
        }
        if (span.size() > spec.rows()) {
            notes.add("a sample of " + spec.rows() + " of " + span.size() + " offsets, seed " + spec.seed());
        }
    }

    private void noteAnswers(Map<RecordPlace, Answer> answers) {
        touched.current().ifPresent(current -> {
            long older = answers.values().stream()
                    .filter(answer -> answer instanceof Answer.Predicted predicted
                            && !predicted.prediction().definition().equals(current.digest()))
                    .count();
            if (older > 0) {
                notes.add(older + " predictions were made by an earlier definition of the pipeline");
            }
        });
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
