package io.millrace.benchmarks.learners;

import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Table;
import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.HoeffdingTree;
import io.millrace.models.kernel.learn.Learner;
import io.millrace.models.kernel.learn.LinearSettings;
import io.millrace.models.kernel.learn.LogisticRegression;
import io.millrace.models.kernel.learn.Optimizer;
import io.millrace.models.kernel.learn.TreeSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Rows that are decoded, predicted and learned in one thread, beside decoding them alone; and what a learner holds as rows go by. */
@Command(
        name = "learners",
        description =
                "online learners: rows of text decoded, predicted and learned per second of processor time, beside decoding alone;"
                        + " the heap that is live, and the size of the state, as rows go by. Beside River: ./millrace test compat river")
public final class LearnersCommand implements Callable<Integer> {
    /** The most live heap of the second half of the rows beside that of the first. */
    private static final double FLAT = 1.1;

    private static final int STRETCHES = 10;

    @Option(names = "--rounds", defaultValue = "3", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--rows", defaultValue = "500000", description = "rows of a round (default ${DEFAULT-VALUE})")
    private int rows;

    @Option(
            names = "--memory-rows",
            defaultValue = "10000000",
            description = "rows of the memory's run; a tenth of it for the forest (default ${DEFAULT-VALUE})")
    private long memoryRows;

    private final BenchRows data = new BenchRows(20_000);

    @Override
    public Integer call() throws IOException {
        var figures = new ArrayList<Figure>();
        for (Map.Entry<String, Supplier<Learner>> learner : learners().entrySet()) {
            figures.add(rates(learner.getKey(), learner.getValue()));
        }
        for (Map.Entry<String, Supplier<Learner>> learner : learners().entrySet()) {
            long all = learner.getKey().equals("forest") ? memoryRows / 10 : memoryRows;
            figures.add(memory(learner.getKey(), learner.getValue().get(), all));
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private static Map<String, Supplier<Learner>> learners() {
        var learners = new LinkedHashMap<String, Supplier<Learner>>();
        learners.put(
                "FTRL-Proximal",
                () -> new LogisticRegression(BenchRows.SPACE, LinearSettings.of(Optimizer.Ftrl.DEFAULTS)));
        learners.put(
                "AdaGrad",
                () -> new LogisticRegression(BenchRows.SPACE, LinearSettings.of(Optimizer.AdaGrad.DEFAULTS)));
        learners.put("Hoeffding tree", () -> new HoeffdingTree(BenchRows.SPACE, TreeSettings.HOEFFDING, 1));
        learners.put("adaptive tree", () -> new HoeffdingTree(BenchRows.SPACE, TreeSettings.HOEFFDING.asAdaptive(), 1));
        learners.put(
                "forest", () -> new AdaptiveRandomForest(BenchRows.SPACE, AdaptiveRandomForest.Settings.DEFAULTS, 1));
        return learners;
    }

    private Figure rates(String name, Supplier<Learner> maker) {
        var with = new ArrayList<Double>();
        var without = new ArrayList<Double>();
        int count = name.equals("forest") ? Math.max(1, rows / 10) : rows;
        for (int round = -1; round < rounds; round++) {
            double decoding = rate(rows, () -> data.decode(rows));
            Learner learner = maker.get();
            double learning = rate(count, () -> data.learn(learner, 0, count));
            if (round < 0) continue;
            without.add(decoding);
            with.add(learning);
        }
        return new Figure(name + ", decoded and learned; floor: decoded", "rows/s", with, without, null);
    }

    /** Per second of this thread's processor time. */
    private static double rate(long count, Runnable work) {
        long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        work.run();
        return count * 1e9 / (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin);
    }

    private Figure memory(String name, Learner learner, long all) throws IOException {
        var heap = new ArrayList<Double>();
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            data.learn(learner, stretch * (all / STRETCHES), all / STRETCHES);
            var size = new BytesCounted();
            learner.write(size.out());
            heap.add(liveMegabytes());
            System.out.printf(
                    "%s after %,d rows: heap live %.1f MB, state %.2f MB%n",
                    name, (stretch + 1) * (all / STRETCHES), heap.getLast(), size.bytes() / 1e6);
        }
        // Trees come and go, so the most of each half is what tells of growth.
        double before = Collections.max(heap.subList(0, STRETCHES / 2));
        double after = Collections.max(heap.subList(STRETCHES / 2, STRETCHES));
        return new Figure(
                name + ", most live heap of the second half of the rows; floor: of the first",
                "MB",
                List.of(after),
                List.of(before),
                Goal.atMost(FLAT));
    }

    private static double liveMegabytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }
}
