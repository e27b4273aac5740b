package io.millrace.features.app;

import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobHandler;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/** Rebuilds of views, as jobs of the kind {@value #KIND}. One that was interrupted left nothing behind and is started again by hand. */
@ApplicationScoped
public class RebuildJob implements JobHandler {
    /** The kind of these jobs. */
    public static final String KIND = "rebuild";

    /** Parameter: {@code view@version}. */
    public static final String VIEW = "view";

    private final StoreMaintenance store;

    public RebuildJob(StoreMaintenance store) {
        this.store = store;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean resumes() {
        return false;
    }

    @Override
    public void run(Map<String, String> parameters, JobContext context) {
        store.rebuild(parameters.getOrDefault(VIEW, ""), new RebuildProgress() {
            @Override
            public void phase(String name) {
                context.phase(name);
            }

            @Override
            public void progress(long done, long expected) {
                context.progress(done, expected);
            }

            @Override
            public void checkCancelled() {
                context.checkCancelled();
            }
        });
    }
}
