package io.github.logitops.cpu;

import java.util.Arrays;

/** Sigmoid of the elements of a block and what is made of it, all from u = e^-abs(x): neither side of 0 is a difference from 1. */
final class BlockSigmoid {
    private BlockSigmoid() {}

    /** u of each x, put into {@code into}. */
    static double[] powers(Block block, double[] x, double[] into) {
        double[] none = block.own().spare(3);
        Arrays.fill(none, 0, block.count(), 0);
        for (int i = 0; i < block.count(); i++) {
            into[i] = -Math.abs(x[i]);
        }
        block.tile().math().exp(into, none, 1, into, block.count());
        return into;
    }

    /** 1 / (1 + e^-x). */
    static double sigmoid(double x, double u) {
        return (x < 0 ? u : 1) / (1 + u);
    }

    /** log(1 + e^x) = -log sigmoid(-x). */
    static double softplus(double x, double u) {
        return Math.max(x, 0) + logOnePlus(u);
    }

    /** log(1 + u), good to some units in the last place: what 1 + u rounds off, the quotient makes good for. */
    private static double logOnePlus(double u) {
        double sum = 1 + u;
        return sum == 1 ? u : Math.log(sum) * (u / (sum - 1));
    }
}
