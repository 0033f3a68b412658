package io.github.logitops.cli.check;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cross entropy: forward, backward from what it saved, and both at once. */
final class CrossEntropyCheck implements OpCheck {
    private static final String FORWARD = Op.CROSS_ENTROPY.method("forward");
    private static final String BACKWARD = Op.CROSS_ENTROPY.method("backward");
    private static final String FORWARD_BACKWARD = Op.CROSS_ENTROPY.method("forwardBackward");

    private static final int IGNORED = 2; // the row whose label is, where there are labels
    private static final double GRAD_SCALE = 256;
    private static final int MANY_CLASSES = 8192; // from here on combinations take turns

    /** A combination of numbers and inputs; without a label type, targets are probabilities. */
    private record Numbers(String name, CrossEntropyOptions options, boolean weighted, DType labels) {
        @Override
        public String toString() {
            return name + (weighted ? " weighted " : " ") + (labels == null ? "probabilities" : labels);
        }
    }

    private static final List<Numbers> COMBINATIONS = combinations();

    private static List<Numbers> combinations() {
        CrossEntropyOptions defaults = CrossEntropyOptions.defaults();
        CrossEntropyOptions none = defaults.withReduction(Reduction.NONE);
        CrossEntropyOptions smoothed = defaults.withLabelSmoothing(0.1);
        List<Numbers> all = new ArrayList<>();
        add(all, "mean", defaults);
        add(all, "smoothed sum", smoothed.withReduction(Reduction.SUM));
        add(all, "all smoothing", none.withLabelSmoothing(1));
        add(all, "rows", none);
        add(
                all,
                "scaled with z-loss",
                defaults.withZLoss(1e-3).withLogitScale(0.7).withOutputs(RowOutput.values()));
        add(all, "capped with z-loss", defaults.withZLoss(1e-3).withSoftCap(30));
        all.add(new Numbers("smoothed", smoothed.withOutputs(RowOutput.values()), false, null));
        all.add(new Numbers("smoothed", smoothed.withOutputs(RowOutput.values()), true, null));
        return all;
    }

    private static void add(List<Numbers> all, String name, CrossEntropyOptions options) {
        all.add(new Numbers(name, options, false, DType.I64));
        all.add(new Numbers(name, options, true, DType.I32));
    }

    @Override
    public Op op() {
        return Op.CROSS_ENTROPY;
    }

    /** Everything on dense rows that are neither trivial nor very long; else two at a time, with and without weights. */
    @Override
    public List<Attempt> attempts(Case what) {
        if (what.placement() == Placement.DENSE && what.classes() > 1 && what.classes() < MANY_CLASSES) {
            return COMBINATIONS.stream().map(CrossEntropyCheck::attempt).toList();
        }
        int turn = what.classes() % (COMBINATIONS.size() / 2);
        return List.of(attempt(COMBINATIONS.get(2 * turn)), attempt(COMBINATIONS.get(2 * turn + 1)));
    }

    private static Attempt attempt(Numbers numbers) {
        return trial -> check(trial, numbers);
    }

    private static void check(Trial trial, Numbers numbers) {
        CrossEntropyOptions options = numbers.options();
        Judge judge = trial.judge();
        int classes = trial.what().classes();
        double[] weights = numbers.weighted() ? weights(trial, classes) : null;
        long[] labels = {trial.random().nextInt(classes), 0, -100, classes - 1};
        PlacedRows given = numbers.labels() == null ? trial.gaussians() : null;
        boolean perRow = options.reduction() == Reduction.NONE;
        double[] scales = trial.rowScales();
        if (!perRow) {
            Arrays.fill(scales, GRAD_SCALE);
        }
        PlacedRows x = trial.logits();
        CrossEntropyReference exact = CrossEntropyReference.of(
                x.values(), given == null ? Targets.of(labels) : Targets.of(given.values()), weights, options, scales);

        CrossEntropy loss = trial.ops().crossEntropy(options, trial.what().axis());
        Tensor y = given == null ? trial.labels(numbers.labels(), labels) : given.tensor();
        Tensor w = weights == null ? null : trial.vector(weights);
        GradScale gradScale = perRow ? GradScale.perRow(trial.vector(scales)) : GradScale.of(GRAD_SCALE);
        CrossEntropyResult saved = trial.keep(loss.forward(x.tensor(), y, w, trial.stream()));
        losses(FORWARD, numbers, trial, saved, exact);
        judge.unchanged(FORWARD, x);

        PlacedRows copy = trial.copy(x);
        PlacedRows dx = trial.output(copy);
        loss.backward(copy.tensor(), y, w, saved, gradScale, dx.tensor(), trial.stream());
        double[][] fromSaved = dx.read(judge, BACKWARD);

        PlacedRows fusedDx = trial.output(x);
        CrossEntropyResult both = trial.keep(
                loss.newResult(trial.what().dtype(), trial.what().layout().shape(), trial.stream()));
        loss.forwardBackward(x.tensor(), y, w, gradScale, fusedDx.tensor(), both, trial.stream());
        double[][] fused = fusedDx.read(judge, FORWARD_BACKWARD);
        losses(FORWARD_BACKWARD, numbers, trial, both, exact);

        for (int n = 0; n < Case.ROWS; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            String output = "dx row " + n + " of " + numbers;
            judge.row(BACKWARD, output, row.gradient(), fromSaved[n], row.gradientScale());
            judge.row(FORWARD_BACKWARD, output, row.gradient(), fused[n], row.gradientScale());
        }
    }

    private static void losses(
            String op, Numbers numbers, Trial trial, CrossEntropyResult result, CrossEntropyReference exact) {
        double[] rowLosses = result.rowLosses().downloadDoubles(trial.stream());
        double[] lse = result.lse().downloadDoubles(trial.stream());
        for (int n = 0; n < Case.ROWS; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            trial.judge().loss(op, "loss of row " + n + " of " + numbers, row.loss(), rowLosses[n], row.lossScale());
            double exactLse = isRead(n, op, numbers) ? row.lse() : 0;
            trial.judge().loss(op, "lse of row " + n + " of " + numbers, exactLse, lse[n], row.lseScale());
        }
        others(op, numbers, trial, result, exact);
        if (numbers.options().reduction() != Reduction.NONE) {
            trial.judge().loss(op, "loss of " + numbers, exact.loss(), result.await(), exact.lossScale());
        }
    }

    /** What only some options ask for. */
    private static void others(
            String op, Numbers numbers, Trial trial, CrossEntropyResult result, CrossEntropyReference exact) {
        CrossEntropyOptions options = numbers.options();
        if (options.zLoss() != 0) {
            trial.judge().loss(op, "z-loss of " + numbers, exact.zLoss(), result.awaitZLoss(), exact.zLossScale());
        }
        if (options.outputs().contains(RowOutput.ARGMAX)) {
            trial.judge().loss(op, "correct rows of " + numbers, exact.correctRows(), result.correctRows(), 0);
        }
        if (options.outputs().contains(RowOutput.RANK)) {
            double right = result.topKAccuracy(1) * exact.countedRows();
            trial.judge().loss(op, "rows of rank 0 of " + numbers, exact.correctRows(), Math.rint(right), 0);
        }
        if (options.outputs().contains(RowOutput.ENTROPY)) {
            double[] entropy = result.entropy().downloadDoubles(trial.stream());
            for (int n = 0; n < Case.ROWS; n++) {
                CrossEntropyReference.Row row = exact.rows()[n];
                double exactEntropy = isRead(n, op, numbers) ? row.entropy() : 0;
                String output = "entropy of row " + n + " of " + numbers;
                trial.judge().loss(op, output, exactEntropy, entropy[n], row.entropyScale());
            }
        }
    }

    /** Both at once do not read rows that do not count. */
    private static boolean isRead(int row, String op, Numbers numbers) {
        return row != IGNORED || numbers.labels() == null || !op.equals(FORWARD_BACKWARD);
    }

    /** Values that F32 holds exactly: weights are not rounded again. */
    private static double[] weights(Trial trial, int classes) {
        double[] weights = new double[classes];
        for (int j = 0; j < classes; j++) {
            weights[j] = trial.random().nextFloat() + 0.5f;
        }
        return weights;
    }
}
