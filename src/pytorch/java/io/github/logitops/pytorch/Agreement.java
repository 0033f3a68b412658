package io.github.logitops.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import io.github.logitops.support.Geometry;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds results of one dtype against PyTorch's and prints, when closed, how far apart they were at most. They may differ by the
 * bounds of both: ours, and the same for PyTorch, which computes in the same arithmetic.
 */
final class Agreement implements AutoCloseable {
    private final DType dtype;
    private final Map<String, Double> worst = new TreeMap<>();
    private final Map<String, Integer> compared = new TreeMap<>();

    Agreement(DType dtype) {
        this.dtype = dtype;
        System.out.println("seed " + Draw.SEED);
    }

    /**
     * What PyTorch may be off by, in units of our bound: 1, except that along a strided axis it adds one element after the
     * other, and we in runs of 32 at most: the errors of equal terms, as smoothing has them, grow with their number.
     */
    static double share(Geometry geometry) {
        boolean strided = geometry.axis() < geometry.shape().rank() - 1;
        return strided ? serial(geometry.classes()) : 1;
    }

    /** The same of a loss, whose classes PyTorch has along axis 1: strided where dimensions follow, whatever our axis. */
    static double shareOfLoss(Geometry geometry) {
        return geometry.shape().rank() > 2 ? serial(geometry.classes()) : 1;
    }

    private static double serial(int terms) {
        return Math.max(1, terms / 32.0);
    }

    /**
     * By what more where PyTorch rounds these numbers and we do not, and exponentiates them: that moves exponents by as many
     * roundings as a number is large, and the sum that divides them by as many again, where our bounds have 16 at least.
     */
    static double rounding(double... rounded) {
        double largest = 0;
        for (double z : rounded) {
            largest = Double.isFinite(z) ? Math.max(largest, Math.abs(z)) : largest;
        }
        return Math.max(1, largest / 8);
    }

    /**
     * Fails if two results are too far apart; NaN and infinities must be the same.
     *
     * @param result its name
     * @param share what PyTorch may be off by, in units of our bound
     * @param scale of the bound
     * @param what the case, for the message
     */
    void check(String result, double share, double scale, double[] torch, double[] ours, Object what) {
        double[] scales = new double[ours.length];
        Arrays.fill(scales, scale);
        check(result, share, scales, torch, ours, what);
    }

    /** As above, with a scale for each element. */
    void check(String result, double share, double[] scales, double[] torch, double[] ours, Object what) {
        assertEquals(torch.length, ours.length, result + " of " + what);
        for (int i = 0; i < ours.length; i++) {
            double units = Tolerance.units(dtype, torch[i], ours[i], scales[i]) / (1 + share);
            if (!(units <= 1)) {
                fail(result + ", element " + i + ": PyTorch=" + torch[i] + ", LogitOps=" + ours[i]
                        + ", difference in units of what is allowed=" + units + ", seed=" + Draw.SEED + ", " + dtype
                        + " " + what);
            }
            worst.merge(result, units, Math::max);
            compared.merge(result, 1, Integer::sum);
        }
    }

    @Override
    public void close() {
        worst.forEach((result, units) ->
                System.out.printf("| %s | %s | %d | %.3f |%n", result, dtype, compared.get(result), units));
    }
}
