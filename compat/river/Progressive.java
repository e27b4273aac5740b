import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.Example;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.HoeffdingTree;
import io.millrace.models.kernel.learn.Learner;
import io.millrace.models.kernel.learn.LinearRegression;
import io.millrace.models.kernel.learn.LinearSettings;
import io.millrace.models.kernel.learn.LogisticRegression;
import io.millrace.models.kernel.learn.Optimizer;
import io.millrace.models.kernel.learn.Outcome;
import io.millrace.models.kernel.learn.TreeSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Our learners on the rows of a CSV file (a head; then the label and numbers): each row is predicted and then learned. Prints a prediction of each
 * row, {@code score NAME VALUE}, and the processor time of many passes, {@code speed NAME ROWS SECONDS}; of {@code decode} alone too. Run by suite.py.
 */
final class Progressive {
    private record Row(Example example, double label) {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        boolean classes = arguments[1].equals("class");
        int timedRows = Integer.parseInt(arguments[2]);
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        String[] head = lines.getFirst().split(",");
        FeatureSpace space = FeatureSpace.ofNumbers(List.of(head).subList(1, head.length).toArray(String[]::new));
        List<String> body = lines.subList(1, lines.size());
        List<Row> rows = body.stream().map(line -> decoded(line, space)).toList();
        learners(space, classes).forEach((name, learner) -> scores(name, learner.get(), rows));
        if (timedRows == 0) return;
        for (int pass = 0; pass < 2; pass++) timeDecoding(body, space, timedRows, pass > 0);
        learners(space, classes).forEach((name, learner) -> {
            int some = name.equals("forest") ? timedRows / 10 : timedRows;
            time(name, learner.get(), rows, some, false);
            time(name, learner.get(), rows, some, true);
        });
    }

    private static Map<String, Supplier<Learner>> learners(FeatureSpace space, boolean classes) {
        var learners = new LinkedHashMap<String, Supplier<Learner>>();
        if (!classes) {
            LinearSettings rivers = LinearSettings.of(new Optimizer.Sgd(0.01, 0.1)).unbounded();
            learners.put("sgd", () -> new LinearRegression(space, rivers));
            // Rates are in units of the label, which is some 40.
            learners.put("adagrad", () -> new LinearRegression(
                    space, LinearSettings.of(new Optimizer.AdaGrad(5)).withLargestGradient(100)));
            learners.put("ftrl", () -> new LinearRegression(
                    space, LinearSettings.of(new Optimizer.Ftrl(5, 1, 0, 0)).withLargestGradient(100)));
            return learners;
        }
        learners.put("sgd", () -> new LogisticRegression(space, LinearSettings.of(new Optimizer.Sgd(0.005, 0.01)).unbounded()));
        learners.put("adagrad", () -> new LogisticRegression(space, LinearSettings.of(Optimizer.AdaGrad.DEFAULTS)));
        learners.put("ftrl", () -> new LogisticRegression(space, LinearSettings.of(Optimizer.Ftrl.DEFAULTS)));
        learners.put("tree", () -> new HoeffdingTree(space, TreeSettings.HOEFFDING, 1));
        learners.put("adaptive tree", () -> new HoeffdingTree(space, TreeSettings.HOEFFDING.asAdaptive(), 1));
        learners.put("forest", () -> new AdaptiveRandomForest(space, AdaptiveRandomForest.Settings.DEFAULTS, 1));
        return learners;
    }

    private static Row decoded(String line, FeatureSpace space) {
        String[] cells = line.split(",");
        double[] numbers = new double[cells.length - 1];
        for (int i = 0; i < numbers.length; i++) numbers[i] = Double.parseDouble(cells[i + 1]);
        return new Row(space.example(numbers, new String[0]), Double.parseDouble(cells[0]));
    }

    private static void scores(String name, Learner learner, List<Row> rows) {
        var text = new StringBuilder();
        for (Row row : rows) {
            text.append("score\t").append(name).append('\t').append(learner.predict(row.example())).append('\n');
            Outcome outcome = learner.learn(row.example(), row.label());
            if (outcome != Outcome.LEARNED) throw new IllegalStateException(name + " refused a row: " + outcome);
        }
        System.out.print(text);
    }

    private static void timeDecoding(List<String> body, FeatureSpace space, int count, boolean print) {
        double sum = 0;
        long begin = processorNanos();
        for (int i = 0; i < count; i++) sum += decoded(body.get(i % body.size()), space).label();
        if (print) print("decode", count, processorNanos() - begin, sum);
    }

    private static void time(String name, Learner learner, List<Row> rows, int count, boolean print) {
        var array = new ArrayList<>(rows);
        double sum = 0;
        long begin = processorNanos();
        for (int i = 0, at = 0; i < count; i++) {
            Row row = array.get(at);
            if (++at == array.size()) at = 0;
            sum += learner.predict(row.example());
            learner.learn(row.example(), row.label());
        }
        if (print) print(name, count, processorNanos() - begin, sum);
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** The sum is printed so that nobody may leave the work out. */
    private static void print(String name, int rows, long nanos, double sum) {
        System.out.printf("speed\t%s\t%d\t%.6f\t%s%n", name, rows, nanos / 1e9, sum);
    }
}
