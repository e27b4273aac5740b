package io.millrace.features.app.batch;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.PushLog;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import io.millrace.jobs.JobHandler;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the rows of a batch source into the service's own log, from where online and offline store take them. Chunk by chunk: a chunk is committed under an id of its own, then the job is written down.
 * After a kill -9 the chunk in which it died is committed again under the same id, and counts once.
 */
@Singleton
public class MaterializationJob implements JobHandler {
    private static final Logger LOG = Logger.getLogger(MaterializationJob.class);
    private static final int CHUNK = 10_000;
    private static final Duration LOOKS_AGAIN = Duration.ofMillis(100);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final BatchTables tables;
    private final PushLog log;
    private final RejectedRows rejects;
    private final Voids voids;
    private final MaterializationMeter meter;
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    public MaterializationJob(
            Catalog catalog,
            DefinitionStore definitions,
            BatchTables tables,
            PushLog log,
            RejectedRows rejects,
            Voids voids,
            MaterializationMeter meter) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.tables = tables;
        this.log = log;
        this.rejects = rejects;
        this.voids = voids;
        this.meter = meter;
    }

    @Override
    public String kind() {
        return Materialization.KIND;
    }

    @Override
    public boolean resumes() {
        return true;
    }

    @Override
    public void hear(Job job) {
        if (!job.state().isFinal()) {
            open.add(job.id());
        } else if (open.remove(job.id())) {
            meter.ended(job.state());
        }
        meter.running(open.size());
        if (job.state() == Job.State.DONE && job.finished() != null) {
            meter.succeeded(Materialization.of(job).view(), job.finished());
        }
    }

    /** The newest end is where the next incremental one begins, and what windows have counted must not be counted again. */
    @Override
    public boolean isNeeded(Job ended, List<Job> all) {
        Materialization job = Materialization.of(ended);
        Optional<FeatureView> view = catalog.find(job.view());
        if (view.isEmpty() && definitions.isCurrent()) {
            return false;
        }
        if (job.counts().written() > 0 && view.map(Materializations::hasWindows).orElse(true)) {
            return true;
        }
        return Materializations.lastDone(job.view(), all)
                .filter(last -> last.id().equals(job.id()))
                .isPresent();
    }

    @Override
    public void run(Map<String, String> parameters, JobContext context) {
        while (!definitions.isCurrent()) {
            context.phase("waits until the definitions are known");
            pause(context);
        }
        ViewId id = Materialization.view(parameters);
        FeatureView view = catalog.find(id)
                .orElseThrow(() -> new JobFailedException("feature view " + id + " is no longer there", null));
        if (!(view.source() instanceof Source.Batch source)) {
            throw new JobFailedException("feature view " + id + " has no batch source any more", null);
        }
        TimeRange range = Materialization.range(parameters);
        try (BatchTables.Rows rows = tables.open(source, range)) {
            new Run(view, range, new BatchRows(view, source), rows, context).toTheEnd();
        } catch (BatchSourceException e) {
            throw new JobFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** One run of a job. Used by one thread. */
    private final class Run {
        private final FeatureView view;
        private final TimeRange range;
        private final BatchRows reader;
        private final BatchTables.Rows rows;
        private final JobContext context;
        private RowCounts counts;

        Run(FeatureView view, TimeRange range, BatchRows reader, BatchTables.Rows rows, JobContext context) {
            this.view = view;
            this.range = range;
            this.reader = reader;
            this.rows = rows;
            this.context = context;
            this.counts = RowCounts.of(context.checkpoint());
        }

        void toTheEnd() {
            if (counts.read() > 0) {
                context.phase("skips rows that were dealt with");
                for (long skipped = 0; skipped < counts.read(); skipped++) {
                    rows.next();
                }
            }
            context.phase("brings rows in", counts.read());
            do {
                context.progress(counts.read(), rows.expected());
                context.checkCancelled();
            } while (chunk());
        }

        /** Deals with the next rows; false where there was none. */
        private boolean chunk() {
            var events = new ArrayList<FeatureEvent>(CHUNK);
            var rejected = new ArrayList<RejectedRows.Rejected>();
            long read = 0;
            while (read < CHUNK) {
                @Nullable Map<String, @Nullable FeatureValue> row = rows.next();
                if (row == null) {
                    break;
                }
                switch (reader.read(row)) {
                    case BatchRows.Outcome.Row(FeatureEvent event) -> {
                        if (range.contains(event.timeMicros())
                                && !voids.isVoid(view, event.key(), event.timeMicros())) {
                            events.add(event);
                        }
                    }
                    case BatchRows.Outcome.Rejected(String reason) ->
                        rejected.add(new RejectedRows.Rejected(counts.read() + read, row.toString(), reason));
                }
                read++;
            }
            if (read == 0) {
                return false;
            }
            String pushId = "materialize/" + context.id() + "/" + counts.read();
            untilTaken(context, () -> {
                if (!rejected.isEmpty()) {
                    rejects.write(view.id(), context.id(), rejected);
                }
                if (!events.isEmpty()) {
                    log.append(view, pushId, PushTarget.ONLINE_AND_OFFLINE, events)
                            .join();
                }
            });
            if (counts.rejected() == 0 && !rejected.isEmpty()) {
                RejectedRows.Rejected first = rejected.getFirst();
                context.result(Materialization.FIRST_REJECTED, "row " + first.number() + ": " + first.reason());
            }
            advance(read, events.size(), rejected.size());
            return true;
        }

        private void advance(long read, int written, int rejected) {
            counts = counts.plus(read, written, rejected);
            context.result("written", Long.toString(counts.written()));
            context.result("rejected", Long.toString(counts.rejected()));
            context.result("passed_over", Long.toString(counts.passedOver()));
            context.checkpoint(counts.checkpoint());
            meter.dealtWith(written, rejected, read - written - rejected);
        }
    }

    /** Tries again while Kafka does not take it. */
    private static void untilTaken(JobContext context, Runnable write) {
        while (true) {
            try {
                write.run();
                return;
            } catch (Refusal e) {
                throwOther(e);
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof Refusal refusal)) {
                    throw e;
                }
                throwOther(refusal);
            }
            pause(context);
        }
    }

    private static void throwOther(Refusal refusal) {
        if (refusal.reason() != FeatureReason.PUSH_LOG_UNAVAILABLE) {
            throw refusal;
        }
        LOG.warnf("A materialisation waits for Kafka: %s", refusal.getMessage());
    }

    private static void pause(JobContext context) {
        context.checkCancelled();
        LockSupport.parkNanos(LOOKS_AGAIN.toNanos());
    }
}
