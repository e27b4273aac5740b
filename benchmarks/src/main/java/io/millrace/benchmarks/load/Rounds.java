package io.millrace.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Measures a subject and its floor in turns, so that what else the machine does meets both. */
public final class Rounds {
    private Rounds() {}

    /** Rounds of both; every other round begins with the floor. */
    public static Figure paired(
            String name,
            String unit,
            int rounds,
            Figure.@Nullable Goal goal,
            DoubleSupplier subject,
            DoubleSupplier floor) {
        var subjects = new ArrayList<Double>();
        var floors = new ArrayList<Double>();
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                subjects.add(subject.getAsDouble());
                floors.add(floor.getAsDouble());
            } else {
                floors.add(floor.getAsDouble());
                subjects.add(subject.getAsDouble());
            }
        }
        return new Figure(name, unit, subjects, floors, goal);
    }

    /** Rounds of a subject without a floor. */
    public static Figure alone(String name, String unit, int rounds, DoubleSupplier subject) {
        List<Double> measured = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            measured.add(subject.getAsDouble());
        }
        return Figure.alone(name, unit, measured);
    }
}
