package io.github.logitops.cpu;

import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;

/** What cross entropy takes for the logits: z = a x, or with a soft cap z = c tanh(a x / c). */
final class LogitRows {
    private final RowView x;
    private final BlockMath math;
    private final boolean doubles;
    private final double scale;
    private final double cap; // 0: none

    LogitRows(CrossEntropyProblem.Inputs inputs, CpuContext cpu) {
        x = cpu.view(inputs.x());
        math = cpu.math(inputs.x().dtype());
        doubles = inputs.x().dtype() == DType.F64;
        scale = inputs.options().logitScale();
        cap = inputs.options().softCap().orElse(0);
    }

    /**
     * The v of rows: z if there is a cap; else x, and z = {@link #unit} v is never formed, since that would round it.
     *
     * @param number of the operand
     */
    Operand v(int number) {
        return new Operand(number, cap == 0 ? x::read : this::readCapped);
    }

    /** The x of rows. */
    Operand x(int number) {
        return new Operand(number, x::read);
    }

    boolean capped() {
        return cap != 0;
    }

    /** Rounded, as what is saved of a row has the dtype's numbers and is to be what was subtracted. */
    private void readCapped(Block block, double[] into) {
        int count = block.count();
        x.read(block, into);
        Lanes.scale(into, scale / cap, count);
        math.tanh(into, count);
        Lanes.scale(into, cap, count);
        if (!doubles) {
            math.narrow(into, block.own().floats(), count);
            math.widen(block.own().floats(), into, count);
        }
    }

    /** Multiplies by dz/dx over the logit scale, where v is this. */
    void multiplyBySlope(double[] gradient, double[] v, int count) {
        for (int i = 0; i < count; i++) {
            double t = v[i] / cap;
            gradient[i] *= 1 - t * t;
        }
    }

    /** What one of v is worth in z. */
    static double unit(CrossEntropyOptions options) {
        return options.softCap().isPresent() ? 1 : options.logitScale();
    }

    double unit() {
        return cap == 0 ? scale : 1;
    }
}
