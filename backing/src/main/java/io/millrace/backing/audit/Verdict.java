package io.millrace.backing.audit;

import java.util.List;

/**
 * What became of a stream's inputs.
 *
 * @param lost inputs without an outcome
 * @param duplicate outcomes of an input that has one already, or of none
 * @param misordered outcomes that stand behind one of a later input of the same partition
 * @param wrong outcomes that are not what was expected
 * @param samples some of the faults in words, at most ten of each kind
 */
public record Verdict(
        long inputs,
        long predictions,
        long deadLetters,
        long lost,
        long duplicate,
        long misordered,
        long wrong,
        List<String> samples) {
    public Verdict {
        samples = List.copyOf(samples);
    }

    /** Whether each input has exactly one outcome, in order and as expected. */
    public boolean isClean() {
        return lost == 0 && duplicate == 0 && misordered == 0 && wrong == 0;
    }

    @Override
    public String toString() {
        String line = inputs + " inputs, " + predictions + " predictions, " + deadLetters + " dead letters: " + lost
                + " lost, " + duplicate + " duplicate, " + misordered + " misordered, " + wrong + " wrong";
        return samples.isEmpty() ? line : line + "\n  " + String.join("\n  ", samples);
    }
}
