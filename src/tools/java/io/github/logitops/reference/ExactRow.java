package io.github.logitops.reference;

/**
 * A row of logits z as everything sees it: its maximum M, the distances t_j = z_j - M, their exponentials and the sum S of those,
 * in double-double. log p_j is t_j - log S, so that nothing cancels against M, however large that is.
 */
final class ExactRow {
    private final double largest; // of x
    private final DoubleDouble max;
    private final DoubleDouble[] distances;
    private final DoubleDouble[] exponentials;
    private final DoubleDouble inverseSum;
    private final DoubleDouble logSum;

    ExactRow(double[] x) {
        this(x, Logits.PLAIN);
    }

    ExactRow(double[] x, Logits logits) {
        largest = SoftmaxReference.max(x);
        max = logits.of(largest);
        distances = new DoubleDouble[x.length];
        exponentials = new DoubleDouble[x.length];
        DoubleDoubleSum others = new DoubleDoubleSum(); // than the first with the maximum, whose exponential is 1
        boolean first = true;
        boolean finite = logits.capped() ? Double.isFinite(max.value()) : Double.isFinite(largest);
        for (int j = 0; j < x.length; j++) {
            // A NaN, infinite or empty row has no distances: NaN goes through all that is computed from it.
            distances[j] = !finite
                    ? DoubleDouble.NAN
                    : logits.capped() ? logits.of(x[j]).minus(max) : logits.distance(x[j], largest);
            exponentials[j] = distances[j].exp();
            if (first && x[j] == largest) {
                first = false;
            } else {
                others.add(exponentials[j]);
            }
        }
        inverseSum = DoubleDouble.ONE.dividedBy(others.value().plus(1));
        logSum = finite ? others.value().logOnePlus() : DoubleDouble.NAN;
    }

    /** Whether there is a softmax; if not, all below are NaN, but for the lse. */
    boolean regular() {
        return !Double.isNaN(logSum.value());
    }

    /** t_j, at most 0. */
    DoubleDouble distance(int j) {
        return distances[j];
    }

    DoubleDouble p(int j) {
        return exponentials[j].times(inverseSum);
    }

    DoubleDouble logP(int j) {
        return distances[j].minus(logSum);
    }

    /** log S. */
    DoubleDouble logSum() {
        return logSum;
    }

    /** log sum exp(z) = M + log S; M itself where that is infinite or NaN. */
    DoubleDouble lse() {
        return regular() ? max.plus(logSum) : max;
    }

    /** -sum p log p = log S - sum p t, where p = 0 adds nothing. */
    DoubleDouble entropy() {
        DoubleDoubleSum moment = new DoubleDoubleSum();
        for (int j = 0; j < distances.length; j++) {
            if (exponentials[j].value() != 0) {
                moment.add(exponentials[j].times(distances[j]));
            }
        }
        return logSum.minus(moment.value().times(inverseSum));
    }
}
