package io.github.logitops.cpu;

import static io.github.logitops.cpu.Lanes.weighted;

import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.Rows;
import io.github.logitops.op.SigmoidCrossEntropyProblem.Inputs;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import java.util.Arrays;

/**
 * Sigmoid cross entropy of the elements of blocks, as kernels/include/binary_targets.cuh has it: both terms of a loss are of one sign,
 * and what has weight 0 adds nothing, even at infinity.
 */
final class BinaryLosses {
    private final Inputs inputs;
    private final SigmoidCrossEntropyOptions options;
    private final CpuContext cpu;
    private final RowView x;
    private final RowView targets;
    private final VectorView positiveWeights; // null: 1 each
    private final RowView elementWeights; // null: 1 each
    private boolean addsUp;
    private RowView losses; // from here on null: not asked for
    private RowView gradient;
    private ElementFactors factors;

    BinaryLosses(Inputs inputs, CpuContext cpu) {
        this.inputs = inputs;
        this.options = inputs.options();
        this.cpu = cpu;
        x = cpu.view(inputs.x());
        targets = cpu.view(inputs.targets());
        positiveWeights = cpu.viewOrNull(inputs.positiveWeights());
        elementWeights = inputs.elementWeights() == null ? null : cpu.view(inputs.elementWeights());
    }

    /** Asks for losses, and for those of each element if the result has room for them. */
    void lossesTo(ResultBuffers result) {
        addsUp = true;
        Rows rows = inputs.losses(result);
        losses = rows == null ? null : cpu.view(rows);
    }

    /** Asks for gradients, multiplied by factors. */
    void gradientTo(Rows dx, ElementFactors by) {
        gradient = cpu.view(dx);
        factors = by;
    }

    /** How many elements of a block count. */
    int count(Block block) {
        double[] t = block.own().spare(0);
        targets.read(block, t);
        int counted = 0;
        for (int i = 0; i < block.lanes(); i++) {
            counted += options.ignores(t[i]) ? 0 : 1;
        }
        return counted;
    }

    /** Writes what is asked for of a block; the losses of its elements, if they are. */
    double[] evaluate(Block block) {
        double[] v = block.own().spare(0);
        double[] t = block.own().spare(1);
        double[] u = block.own().spare(2);
        x.read(block, v);
        targets.read(block, t);
        BlockSigmoid.powers(block, v, u);
        double[] w = weights(block, block.own().spare(3));
        double keep = 1 - options.labelSmoothing();
        double each = options.labelSmoothing() / 2;
        for (int i = 0; i < block.lanes(); i++) {
            boolean counts = !options.ignores(t[i]);
            double negative = keep * (1 - t[i]) + each;
            double positive = (keep * t[i] + each) * positiveWeight(block, i);
            double slope = weighted(negative, BlockSigmoid.sigmoid(v[i], u[i]))
                    - weighted(positive, BlockSigmoid.sigmoid(-v[i], u[i]));
            double loss = 0;
            if (counts && addsUp) {
                loss = weighted(
                        w[i],
                        weighted(negative, BlockSigmoid.softplus(v[i], u[i]))
                                + weighted(positive, BlockSigmoid.softplus(-v[i], u[i])));
            }
            v[i] = weighted(w[i], slope);
            u[i] = loss;
        }
        if (gradient != null) {
            factors.multiply(block, v, w); // for which there is no more use
            for (int i = 0; i < block.lanes(); i++) {
                v[i] = options.ignores(t[i]) ? 0 : v[i]; // even where the factor is infinite
            }
            gradient.write(block, v);
        }
        if (losses != null) {
            losses.write(block, u);
        }
        return u;
    }

    private double[] weights(Block block, double[] into) {
        if (elementWeights == null) {
            Arrays.fill(into, 0, block.count(), 1);
        } else {
            elementWeights.read(block, into);
        }
        return into;
    }

    private double positiveWeight(Block block, int lane) {
        return positiveWeights == null ? 1 : positiveWeights.get(block.tile().columnOf(block, lane));
    }
}
