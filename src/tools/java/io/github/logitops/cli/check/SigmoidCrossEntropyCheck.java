package io.github.logitops.cli.check;

import io.github.logitops.SigmoidCrossEntropy;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.SigmoidCrossEntropyReference;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import java.util.Arrays;
import java.util.List;

/** Sigmoid cross entropy, plain, and with whatever it may be told. */
final class SigmoidCrossEntropyCheck implements OpCheck {
    private static final String FORWARD = Op.SIGMOID_CROSS_ENTROPY.method("forward");
    private static final String BACKWARD = Op.SIGMOID_CROSS_ENTROPY.method("backward");
    private static final String FORWARD_BACKWARD = Op.SIGMOID_CROSS_ENTROPY.method("forwardBackward");
    private static final double GRAD_SCALE = 256;
    private static final double IGNORED = -1;

    @Override
    public Op op() {
        return Op.SIGMOID_CROSS_ENTROPY;
    }

    @Override
    public List<Attempt> attempts(Case what) {
        SigmoidCrossEntropyOptions plain = SigmoidCrossEntropyOptions.defaults();
        SigmoidCrossEntropyOptions every = plain.withLabelSmoothing(0.1).withIgnoreValue(IGNORED);
        return List.of(
                trial -> check(trial, plain, false),
                trial -> check(trial, every, true),
                trial -> check(trial, every.withReduction(Reduction.NONE), true));
    }

    private static void check(Trial trial, SigmoidCrossEntropyOptions options, boolean weighted) {
        PlacedRows x = trial.logits();
        PlacedRows t = trial.place(targets(trial, options));
        PlacedRows w = weighted ? trial.gaussians() : null;
        double[] p = new double[trial.what().classes()];
        Arrays.setAll(p, j -> 0.5 + j % 3);
        double[][] gradScale = new double[Case.ROWS][p.length];
        Arrays.stream(gradScale).forEach(row -> Arrays.fill(row, GRAD_SCALE));
        SigmoidCrossEntropyReference exact = SigmoidCrossEntropyReference.of(
                new SigmoidCrossEntropyReference.Batch(
                        x.values(), t.values(), weighted ? p : null, weighted ? w.values() : null, gradScale),
                options);

        SigmoidCrossEntropy op =
                trial.ops().sigmoidCrossEntropy(options, trial.what().axis());
        BinaryTargets targets = BinaryTargets.of(t.tensor())
                .withPositiveWeights(weighted ? trial.vector(p) : null)
                .withElementWeights(weighted ? w.tensor() : null);
        SigmoidCrossEntropyResult forward = trial.keep(op.forward(x.tensor(), targets, trial.stream()));
        losses(trial, FORWARD, options, forward, exact);
        trial.judge().unchanged(FORWARD, x);

        GradScale scale = GradScale.of(GRAD_SCALE);
        PlacedRows apart = trial.place(null);
        op.backward(x.tensor(), targets, forward, scale, apart.tensor(), trial.stream());
        gradient(trial, BACKWARD, options, apart, exact);

        SigmoidCrossEntropyResult fused = trial.keep(
                op.newResult(trial.what().dtype(), trial.what().layout().shape(), trial.stream()));
        PlacedRows dx = trial.output(x);
        op.forwardBackward(x.tensor(), targets, scale, dx.tensor(), fused, trial.stream());
        losses(trial, FORWARD_BACKWARD, options, fused, exact);
        gradient(trial, FORWARD_BACKWARD, options, dx, exact);
        trial.judge().unchanged(FORWARD_BACKWARD, t);
    }

    /** In [0, 1], every third 0 or 1; where some are ignored, one in each row. */
    private static double[][] targets(Trial trial, SigmoidCrossEntropyOptions options) {
        double[][] targets = new double[Case.ROWS][trial.what().classes()];
        for (int n = 0; n < Case.ROWS; n++) {
            for (int j = 0; j < targets[n].length; j++) {
                double drawn = trial.random().nextDouble();
                targets[n][j] = j % 3 == 0 ? Math.rint(drawn) : drawn;
            }
            if (options.ignoreValue().isPresent()) {
                targets[n][n % targets[n].length] = IGNORED;
            }
        }
        return targets;
    }

    private static void losses(
            Trial trial,
            String op,
            SigmoidCrossEntropyOptions options,
            SigmoidCrossEntropyResult result,
            SigmoidCrossEntropyReference exact) {
        if (options.reduction() != Reduction.NONE) {
            String output = "loss" + ofOptions(options);
            trial.judge().loss(op, output, exact.loss(), result.await(), exact.lossScale());
            return;
        }
        Tensor losses = result.elementLosses();
        double[] flat = losses.downloadDoubles(trial.stream());
        boolean columns = trial.what().placement() == Placement.COLUMNS;
        int classes = trial.what().classes();
        for (int n = 0; n < Case.ROWS; n++) {
            SigmoidCrossEntropyReference.Row row = exact.rows()[n];
            double[] actual = new double[classes];
            for (int j = 0; j < classes; j++) {
                actual[j] = flat[columns ? j * Case.ROWS + n : n * classes + j];
            }
            trial.judge().losses(op, "losses of row " + n, row.losses(), actual, row.lossScales());
        }
    }

    /** Outputs have names of their own. */
    private static String ofOptions(SigmoidCrossEntropyOptions options) {
        String ignoring = options.ignoreValue().isPresent() ? ", every option" : "";
        return options.reduction() == Reduction.NONE ? ignoring + ", not reduced" : ignoring;
    }

    private static void gradient(
            Trial trial,
            String op,
            SigmoidCrossEntropyOptions options,
            PlacedRows dx,
            SigmoidCrossEntropyReference exact) {
        double[][] gradient = dx.read(trial.judge(), op);
        for (int n = 0; n < Case.ROWS; n++) {
            SigmoidCrossEntropyReference.Row row = exact.rows()[n];
            trial.judge().row(op, "dx row " + n + ofOptions(options), row.gradient(), gradient[n], row.gradientScale());
        }
    }
}
