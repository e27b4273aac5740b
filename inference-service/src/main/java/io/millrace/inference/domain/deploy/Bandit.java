package io.millrace.inference.domain.deploy;

import java.util.List;
import java.util.Map;

/**
 * A policy that splits the calls by what the arms earned, in place of their weights.
 *
 * @param labels the label stream whose outcomes are rewards
 * @param reward what an arm earns with a prediction, from 0 to 1 by its bounds
 * @param exploration the share of the choices that is made evenly, above 0 to 1
 * @param seed what makes its draws independent of others over the same keys
 * @param policies that are valued although they never ran
 */
public record Bandit(
        String labels, Policy policy, Measured reward, double exploration, long seed, List<Mixture> policies) {
    public Bandit {
        policies = List.copyOf(policies);
    }

    /** How arms are chosen. */
    public sealed interface Policy {
        /** By the chance that an arm is the best. */
        record Thompson() implements Policy {}

        /**
         * The arm with the highest upper bound in the context.
         *
         * @param context what the bound hangs on, beside a constant
         * @param width how far above the estimate the bound lies, in standard errors
         */
        record LinUcb(List<Column> context, double width) implements Policy {
            public LinUcb {
                context = List.copyOf(context);
            }
        }
    }

    /**
     * A number of the context; 0 where what is named is missing or no number.
     *
     * @param name a feature's reference or a request field
     * @param scale that it is multiplied with
     */
    public record Column(String name, double scale) {}

    /**
     * A policy that chooses each arm with a chance of its own.
     *
     * @param chances by arm, together 1; arms that are not named have none
     */
    public record Mixture(String name, Map<String, Double> chances) {
        public Mixture {
            chances = Map.copyOf(chances);
        }
    }
}
