package io.millrace.inference.app.experiment;

import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Bandit.Column;
import io.millrace.inference.domain.deploy.Bandit.Policy;
import io.millrace.models.kernel.evidence.Choice;
import io.millrace.models.kernel.evidence.LinUcb;
import io.millrace.models.kernel.evidence.ThompsonBernoulli;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** What a bandit knows of its arms. One that learns is of one thread; one that was read and is never told rewards may be asked by many. */
sealed interface Brain {
    /** What choices and rewards hang on. */
    List<String> context();

    Choice choose(double uniform, Map<String, Object> values);

    /** The chance of each arm where nothing is known of a call. */
    double[] chances();

    /** @param reward from 0 to 1 */
    void learn(int arm, Map<String, Object> values, double reward);

    void write(DataOutput out) throws IOException;

    /** Of arms that nobody knows. */
    static Brain fresh(Bandit bandit, int arms) {
        return switch (bandit.policy()) {
            case Policy.Thompson() -> ready(new ThompsonBernoulli(arms, bandit.exploration()));
            case Policy.LinUcb(var context, double width) ->
                new Linear(new LinUcb(arms, context.size() + 1, width, 1, bandit.exploration()), context);
        };
    }

    static Brain read(Bandit bandit, byte[] state) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(state));
        return switch (bandit.policy()) {
            case Policy.Thompson() -> ready(ThompsonBernoulli.read(in));
            case Policy.LinUcb linUcb -> new Linear(LinUcb.read(in), linUcb.context());
        };
    }

    default byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try {
            write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** Its chances are computed here, so that whoever asks next only reads. */
    private static Brain ready(ThompsonBernoulli bandit) {
        bandit.propensities();
        return new Thompson(bandit);
    }

    /** Knows rewards by arm alone. */
    record Thompson(ThompsonBernoulli bandit) implements Brain {
        @Override
        public List<String> context() {
            return List.of();
        }

        @Override
        public Choice choose(double uniform, Map<String, Object> values) {
            return bandit.choose(uniform);
        }

        @Override
        public double[] chances() {
            return bandit.propensities();
        }

        @Override
        public void learn(int arm, Map<String, Object> values, double reward) {
            bandit.learn(arm, reward);
        }

        @Override
        public void write(DataOutput out) throws IOException {
            bandit.write(out);
        }
    }

    /** Knows rewards by arm and context. */
    record Linear(LinUcb bandit, List<Column> columns) implements Brain {
        @Override
        public List<String> context() {
            return columns.stream().map(Column::name).toList();
        }

        @Override
        public Choice choose(double uniform, Map<String, Object> values) {
            return bandit.choose(vector(values), uniform);
        }

        @Override
        public double[] chances() {
            return bandit.propensities(vector(Map.of()));
        }

        @Override
        public void learn(int arm, Map<String, Object> values, double reward) {
            bandit.learn(arm, vector(values), reward);
        }

        /** What an arm is expected to earn, from 0 to 1. */
        double expected(int arm, Map<String, Object> values) {
            return Math.min(1, Math.max(0, bandit.expected(arm, vector(values))));
        }

        @Override
        public void write(DataOutput out) throws IOException {
            bandit.write(out);
        }

        private double[] vector(Map<String, Object> values) {
            double[] vector = new double[columns.size() + 1];
            vector[0] = 1;
            for (int i = 0; i < columns.size(); i++) {
                double value =
                        switch (values.get(columns.get(i).name())) {
                            case Double number -> number;
                            case Long number -> number;
                            case Boolean flag -> flag ? 1 : 0;
                            case null, default -> 0;
                        };
                double scaled = value * columns.get(i).scale();
                vector[i + 1] = Double.isFinite(scaled) ? scaled : 0;
            }
            return vector;
        }
    }
}
