package io.millrace.local.measure;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/** A line that shows how far something is: rewritten in place on a terminal, else a new line every few seconds. Not thread-safe. */
public final class Progress {
    private static final Duration ON_TERMINAL = Duration.ofMillis(250);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal;
    private long last = System.nanoTime();
    private int width;

    public Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the line where it is time to; the line is made only then. */
    public void show(Supplier<String> line) {
        Duration pause = terminal ? ON_TERMINAL : ELSEWHERE;
        if (System.nanoTime() - last >= pause.toNanos()) {
            print(line.get());
        }
    }

    /** Shows the last state and ends the line. */
    public void finish(String line) {
        print(line);
        if (terminal) {
            out.println();
        }
        width = 0;
    }

    private void print(String line) {
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            width = line.length();
        } else {
            out.println(line);
        }
        out.flush();
        last = System.nanoTime();
    }
}
