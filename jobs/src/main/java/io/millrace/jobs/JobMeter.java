package io.millrace.jobs;

/** Counts jobs for those who look after the service. Must not wait. */
public interface JobMeter {
    /** Nobody counts. */
    JobMeter NONE = new JobMeter() {
        @Override
        public void watch(Jobs jobs, String kind) {}

        @Override
        public void ended(String kind, Job.State how) {}
    };

    /** How many jobs of this kind wait and run is to be asked from now on. */
    void watch(Jobs jobs, String kind);

    /** A job came to a final state in this process. */
    void ended(String kind, Job.State how);
}
