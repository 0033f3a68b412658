package io.github.logitops.cpu;

import io.github.logitops.op.ProblemTable;
import io.github.logitops.op.SigmoidProblem;
import io.github.logitops.op.SigmoidProblem.Kind;

/** Sigmoid and log-sigmoid. */
final class SigmoidLoops {
    private final CpuContext cpu;

    SigmoidLoops(CpuContext cpu) {
        this.cpu = cpu;
    }

    void addTo(ProblemTable table) {
        table.on(SigmoidProblem.Forward.class, this::forward);
        table.on(SigmoidProblem.Backward.class, this::backward);
    }

    private void forward(SigmoidProblem.Forward problem) {
        boolean log = problem.kind() == Kind.LOG_SIGMOID;
        RowView x = cpu.view(problem.x());
        RowView y = cpu.view(problem.y());
        cpu.rows(problem, problem.x(), 0, 0)
                .forEach(tile -> tile.each(block -> {
                    double[] v = block.own().spare(0);
                    x.read(block, v);
                    double[] u = BlockSigmoid.powers(block, v, block.own().spare(1));
                    for (int i = 0; i < block.count(); i++) {
                        v[i] = log ? -BlockSigmoid.softplus(-v[i], u[i]) : BlockSigmoid.sigmoid(v[i], u[i]);
                    }
                    y.write(block, v);
                }));
    }

    private void backward(SigmoidProblem.Backward problem) {
        boolean log = problem.kind() == Kind.LOG_SIGMOID;
        RowView y = cpu.view(problem.y());
        RowView dy = cpu.view(problem.dy());
        RowView dx = cpu.view(problem.dx());
        ElementFactors factors = new ElementFactors(problem.gradScale().value(), problem.factors(), cpu);
        cpu.rows(problem, problem.y(), 0, 0)
                .forEach(tile -> tile.each(block -> {
                    double[] output = block.own().spare(0);
                    double[] gradient = block.own().spare(1);
                    y.read(block, output);
                    dy.read(block, gradient);
                    for (int i = 0; i < block.count(); i++) {
                        gradient[i] *= log ? -Math.expm1(output[i]) : output[i] * (1 - output[i]);
                    }
                    factors.multiply(block, gradient, block.own().spare(2));
                    dx.write(block, gradient);
                }));
    }
}
