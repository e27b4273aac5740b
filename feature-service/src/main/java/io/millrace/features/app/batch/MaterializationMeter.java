package io.millrace.features.app.batch;

import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.Job.State;
import java.time.Instant;

/** Counts what materialisations do. */
public interface MaterializationMeter {
    /** How many run or wait for their turn now. */
    void running(int jobs);

    /** Rows that were dealt with, by what became of them. */
    void dealtWith(long written, long rejected, long passedOver);

    /** One ended; the state is a final one. */
    void ended(State how);

    /** The view's newest materialisation that went through ended then; told again at the start of a process. */
    void succeeded(ViewId view, Instant at);
}
