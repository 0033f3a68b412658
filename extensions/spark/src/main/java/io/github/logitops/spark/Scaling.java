package io.github.logitops.spark;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How features are standardised, whether or not coefficients of such features are what is penalised: optimisers need fewer steps. A
 * feature that is always the same has factor 0.
 *
 * @param means what is subtracted from each feature; all 0 without intercepts, which alone can make up for it
 * @param factors what each feature is multiplied by: one over its deviation
 */
record Scaling(double[] means, double[] factors) implements Serializable {
    static Scaling of(Statistics statistics, boolean centred) {
        double[] factors = statistics.deviations();
        Arrays.setAll(factors, i -> factors[i] > 0 ? 1 / factors[i] : 0);
        double[] means = centred ? statistics.means() : new double[factors.length];
        return new Scaling(means, factors);
    }

    /** The means of scaled features. */
    double[] shifts() {
        double[] shifts = means.clone();
        Arrays.setAll(shifts, i -> means[i] * factors[i]);
        return shifts;
    }
}
