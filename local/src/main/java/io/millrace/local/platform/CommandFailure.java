package io.millrace.local.platform;

/** Why a command cannot go on: one line for the user, and the exit code that says of which kind it is. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was asked for did not work. */
    public static final int FAILED = 1;

    /** The command line is wrong. */
    public static final int USAGE = 2;

    /** The machine lacks something: a port, disk space, a tool, a build. */
    public static final int MISSING = 3;

    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public static CommandFailure failed(String message) {
        return new CommandFailure(FAILED, message);
    }

    public static CommandFailure usage(String message) {
        return new CommandFailure(USAGE, message);
    }

    public static CommandFailure missing(String message) {
        return new CommandFailure(MISSING, message);
    }

    public int exitCode() {
        return exitCode;
    }
}
