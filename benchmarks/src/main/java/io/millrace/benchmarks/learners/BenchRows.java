package io.millrace.benchmarks.learners;

import io.millrace.models.kernel.learn.Example;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.Learner;
import io.millrace.models.kernel.random.Seeded;
import java.util.List;
import java.util.Locale;

/** Lines of ten numbers, a category of 20 values and one of 5,000, and a label; the label's law turns round now and then. */
final class BenchRows {
    static final FeatureSpace SPACE = new FeatureSpace(
            List.of("n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"),
            List.of(new FeatureSpace.Category("few", 6), new FeatureSpace.Category("many", 14)),
            List.of(new FeatureSpace.Interaction("n0", "few")));

    /** Rows between two turns of the law. */
    private static final long TURN = 250_000;

    private static final int NUMBERS = 10;

    private final String[] lines;

    BenchRows(int count) {
        Seeded random = new Seeded(1);
        lines = new String[count];
        for (int i = 0; i < count; i++) lines[i] = line(random);
    }

    private static String line(Seeded random) {
        var text = new StringBuilder();
        double first = random.gaussian();
        double second = random.gaussian();
        int few = random.below(20);
        double score = first - second + (few < 5 ? 1 : 0);
        text.append(random.uniform() < 1 / (1 + StrictMath.exp(-3 * score)) ? '1' : '0');
        text.append(String.format(Locale.ROOT, ",%.4f,%.4f", first, second));
        for (int i = 2; i < NUMBERS; i++) text.append(String.format(Locale.ROOT, ",%.3f", 100 * random.uniform()));
        return text.append(",f")
                .append(few)
                .append(",m")
                .append(random.below(5000))
                .toString();
    }

    /** Decodes so many rows, and gives a sum of them so that nobody may leave it out. */
    double decode(long count) {
        double sum = 0;
        for (long i = 0; i < count; i++)
            sum += example(lines[(int) (i % lines.length)]).dense(0);
        return kept(sum);
    }

    /** Decodes, predicts and learns so many rows, of which the first has a number in the stream. */
    double learn(Learner learner, long first, long count) {
        double sum = 0;
        for (long i = first; i < first + count; i++) {
            String line = lines[(int) (i % lines.length)];
            Example example = example(line);
            double label = line.charAt(0) - '0';
            sum += learner.predict(example);
            learner.learn(example, i / TURN % 2 == 0 ? label : 1 - label);
        }
        return kept(sum);
    }

    private static double kept(double sum) {
        if (Double.isNaN(sum)) throw new IllegalStateException("a row or a prediction is not a number");
        return sum;
    }

    private static Example example(String line) {
        double[] numbers = new double[NUMBERS];
        int from = 2;
        for (int i = 0; i < NUMBERS; i++) {
            int end = line.indexOf(',', from);
            numbers[i] = Double.parseDouble(line.substring(from, end));
            from = end + 1;
        }
        int middle = line.indexOf(',', from);
        return SPACE.example(numbers, new String[] {line.substring(from, middle), line.substring(middle + 1)});
    }
}
