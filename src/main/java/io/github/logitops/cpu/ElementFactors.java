package io.github.logitops.cpu;

import io.github.logitops.op.Rows;

/** What gradients are multiplied by where each element of them has a factor of its own. */
final class ElementFactors {
    private final double factor;
    private final RowView perElement; // null: 1 each

    /**
     * @param factor of all elements
     * @param perElement a factor for each on top; null for 1 each
     */
    ElementFactors(double factor, Rows perElement, CpuContext cpu) {
        this.factor = factor;
        this.perElement = perElement == null ? null : cpu.view(perElement);
    }

    /** @param room for the factors of a block */
    void multiply(Block block, double[] gradient, double[] room) {
        if (perElement == null) {
            Lanes.scale(gradient, factor, block.count());
            return;
        }
        perElement.read(block, room);
        for (int i = 0; i < block.count(); i++) {
            double product = factor * room[i];
            boolean beyond = Double.isInfinite(product) && Double.isFinite(factor) && Double.isFinite(room[i]);
            gradient[i] = beyond ? gradient[i] * factor * room[i] : gradient[i] * product;
        }
    }
}
