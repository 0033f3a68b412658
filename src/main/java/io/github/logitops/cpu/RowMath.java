package io.github.logitops.cpu;

/** Arithmetic on one row in double precision. Sums have two levels, so that long rows lose nothing that shows. */
final class RowMath {
    private static final int BLOCK = 32;

    private RowMath() {}

    /** A row's maximum and sum of exponentials: all that softmax and cross entropy need to know of it. */
    static final class Summary {
        /** The maximum, or 0 where that is infinite: what is subtracted before exponentials are taken. */
        final double shift;
        /** sum exp(x - shift). */
        final double sum;

        private Summary(double shift, double sum) {
            this.shift = shift;
            this.sum = sum;
        }

        /** log sum exp(x): -inf if all x are -inf, +inf if one is +inf, NaN if one is NaN. */
        double lse() {
            return shift + Math.log(sum);
        }

        /** Turns what {@link #summarize} left in {@code exps} into probabilities: NaN if the lse is not finite. */
        void toProbabilities(double[] exps, int count) {
            double divisor = Double.isFinite(lse()) ? sum : Double.NaN;
            for (int i = 0; i < count; i++) {
                exps[i] /= divisor;
            }
        }

        /** sum -p log p, from the row and what {@link #summarize} left in {@code exps}; NaN if the lse is not finite. {@code scratch} may be x. */
        double entropy(double[] x, double[] exps, double[] scratch, int count) {
            if (!Double.isFinite(lse())) {
                return Double.NaN;
            }
            for (int i = 0; i < count; i++) {
                scratch[i] = TargetRows.weighted(exps[i], x[i] - shift);
            }
            return Math.log(sum) - RowMath.sum(scratch, count) / sum;
        }
    }

    /** Summarises {@code x} and leaves exp(x - shift) in {@code exps}, which may be {@code x}. */
    static Summary summarize(double[] x, double[] exps, int count) {
        double max = max(x, count);
        double shift = Double.isInfinite(max) ? 0 : max;
        for (int i = 0; i < count; i++) {
            exps[i] = Math.exp(x[i] - shift);
        }
        return new Summary(shift, sum(exps, count));
    }

    /** The largest; passes over NaN, which sums then show. */
    static double max(double[] x, int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = x[i] > max ? x[i] : max;
        }
        return max;
    }

    /** Where {@code x} is largest: the lowest index among equals; a NaN is larger than anything. */
    static int argmax(double[] x, int count) {
        int best = 0;
        for (int i = 0; i < count; i++) {
            if (Double.isNaN(x[i])) {
                return i;
            }
            best = x[i] > x[best] ? i : best;
        }
        return best;
    }

    /** The sum of the first {@code count} values: short chains, added up with compensation (Neumaier). */
    static double sum(double[] values, int count) {
        double total = 0;
        double lost = 0;
        for (int from = 0; from < count; from += BLOCK) {
            int to = Math.min(count, from + BLOCK);
            double block = 0;
            for (int i = from; i < to; i++) {
                block += values[i];
            }
            double next = total + block;
            lost += Math.abs(total) >= Math.abs(block) ? (total - next) + block : (block - next) + total;
            total = next;
        }
        return Double.isFinite(total) ? total + lost : total;
    }
}
