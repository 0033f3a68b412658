package io.github.logitops.cpu;

/** The softmax of a row over a temperature, element by element; NaN throughout where the row's log-sum-exp is not finite. */
final class RowSoftmax {
    private final double temperature;
    private final double shift;
    private final double sum;
    private final double logSum;

    /** Of the first {@code count} logits, which are left alone; {@code spare} is overwritten. */
    RowSoftmax(double[] logits, double temperature, double[] spare, int count) {
        for (int j = 0; j < count; j++) {
            spare[j] = logits[j] / temperature;
        }
        RowMath.Summary summary = RowMath.summarize(spare, spare, count);
        this.temperature = temperature;
        this.shift = Double.isFinite(summary.lse()) ? summary.shift : Double.NaN;
        this.sum = summary.sum;
        this.logSum = Math.log(summary.sum);
    }

    double p(double logit) {
        return Math.exp(logit / temperature - shift) / sum;
    }

    double logP(double logit) {
        return (logit / temperature - shift) - logSum;
    }

    /** log(p(logit) / other.p(otherLogit)); what both have in common is not rounded into it. */
    double logRatio(double logit, RowSoftmax other, double otherLogit) {
        double apart = (logit / temperature - shift) - (otherLogit / other.temperature - other.shift);
        return apart - (logSum - other.logSum);
    }
}
