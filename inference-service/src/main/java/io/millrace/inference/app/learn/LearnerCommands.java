package io.millrace.inference.app.learn;

/** What people ask of online models, wherever they ask; the replica that feeds a model does it. Thread-safe. */
public interface LearnerCommands {
    /** What was asked last: each ask has another number; 0 where nothing was. */
    record Asked(long snapshot, long resume, long resumeWithNewReference) {
        public static final Asked NOTHING = new Asked(0, 0, 0);
    }

    Asked of(String model);
}
