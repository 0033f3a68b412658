package io.github.logitops.cli.check;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LinearCrossEntropy;
import io.github.logitops.LinearSelectedLogProb;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Tensor;
import io.github.logitops.reference.CrossEntropyReference;
import io.github.logitops.reference.LogProbReference;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * An op with a linear layer, in two chunks. The hidden rows are those of an identity matrix: so the weight's columns are the logits,
 * exactly, and its gradient has theirs as columns.
 */
record LinearCheck(Op op, Attempt attempt) implements OpCheck {
    static final List<OpCheck> ALL = List.of(
            new LinearCheck(Op.LINEAR_CROSS_ENTROPY, LinearCheck::crossEntropy),
            new LinearCheck(Op.LINEAR_SELECTED_LOG_PROB, LinearCheck::selectedLogProb));

    private static final RowChunks CHUNKS = RowChunks.ofRows(Case.ROWS / 2);
    private static final double GRAD_SCALE = 256;

    /** Where the logits lie makes no difference: the op makes them. */
    @Override
    public List<Attempt> attempts(Case what) {
        return what.placement() == Placement.DENSE ? List.of(attempt) : List.of();
    }

    /** What is needed of logits. */
    private record Given(Trial trial, double[][] logits, Tensor hidden, Tensor weight, Tensor dWeight) {
        static Given of(Trial trial) {
            int classes = trial.what().classes();
            DType dtype = trial.what().dtype();
            double[][] logits = trial.gaussians().values();
            double[] identity = new double[Case.ROWS * Case.ROWS];
            double[] columns = new double[classes * Case.ROWS];
            for (int n = 0; n < Case.ROWS; n++) {
                identity[n * Case.ROWS + n] = 1;
                for (int j = 0; j < classes; j++) {
                    columns[j * Case.ROWS + n] = logits[n][j];
                }
            }
            Shape ofHidden = Shape.of(Case.ROWS, Case.ROWS);
            Shape ofWeight = Shape.of(classes, Case.ROWS);
            return new Given(
                    trial,
                    logits,
                    trial.keep(trial.ops().upload(identity, dtype, ofHidden, trial.stream())),
                    trial.keep(trial.ops().upload(columns, dtype, ofWeight, trial.stream())),
                    trial.keep(trial.ops().empty(dtype, ofWeight)));
        }

        LinearLayer layer() {
            return LinearLayer.of(weight);
        }

        /** Over the hidden rows. */
        LinearGradients gradients() {
            return LinearGradients.of(hidden, dWeight);
        }

        /** The gradient that was written of each row's logits. */
        double[][] gradient() {
            double[] columns = dWeight.downloadDoubles(trial.stream());
            double[][] rows = new double[Case.ROWS][trial.what().classes()];
            for (int n = 0; n < rows.length; n++) {
                int row = n;
                Arrays.setAll(rows[n], j -> columns[j * Case.ROWS + row]);
            }
            return rows;
        }
    }

    private static void crossEntropy(Trial trial) {
        String forward = Op.LINEAR_CROSS_ENTROPY.method("forward");
        String forwardBackward = Op.LINEAR_CROSS_ENTROPY.method("forwardBackward");
        int classes = trial.what().classes();
        CrossEntropyOptions options = CrossEntropyOptions.defaults().withLabelSmoothing(0.1);
        long[] labels = {
            trial.random().nextInt(classes), 0, options.ignoreIndex().getAsLong(), classes - 1
        };
        double[] ones = new double[Case.ROWS];
        Arrays.fill(ones, 1);
        Given given = Given.of(trial);
        CrossEntropyReference exact = CrossEntropyReference.of(given.logits, Targets.of(labels), null, options, ones);

        Tensor y = trial.labels(DType.I32, labels);
        LinearCrossEntropy op = trial.ops().linearCrossEntropy(options, CHUNKS.roundingOnce());
        CrossEntropyResult result = trial.keep(op.forward(given.hidden, given.layer(), y, null, trial.stream()));
        trial.judge().loss(forward, "loss", exact.loss(), result.await(), exact.lossScale());
        op.forwardBackward(
                given.hidden, given.layer(), y, null, GradScale.ONE, given.gradients(), result, trial.stream());
        trial.judge().loss(forwardBackward, "loss", exact.loss(), result.await(), exact.lossScale());
        double[][] gradient = given.gradient();
        for (int n = 0; n < Case.ROWS; n++) {
            CrossEntropyReference.Row row = exact.rows()[n];
            trial.judge().row(forwardBackward, "row " + n, row.gradient(), gradient[n], row.gradientScale());
        }
    }

    private static void selectedLogProb(Trial trial) {
        String forward = Op.LINEAR_SELECTED_LOG_PROB.method("forward");
        String backward = Op.LINEAR_SELECTED_LOG_PROB.method("backward");
        int classes = trial.what().classes();
        int[] labels = {trial.random().nextInt(classes), 0, classes / 2, classes - 1};
        Given given = Given.of(trial);
        Tensor y = trial.labels(DType.I64, Arrays.stream(labels).asLongStream().toArray());
        LinearSelectedLogProb op = trial.ops().linearSelectedLogProb(SelectedLogProbOptions.defaults(), CHUNKS);
        SelectedLogProbResult result = trial.keep(op.forward(given.hidden, given.layer(), y, trial.stream()));
        double[] logProbs = result.logProbs().downloadDoubles(trial.stream());
        op.backward(
                given.hidden, given.layer(), y, result, GradScale.of(GRAD_SCALE), given.gradients(), trial.stream());
        double[][] gradient = given.gradient();
        for (int n = 0; n < Case.ROWS; n++) {
            double[] x = given.logits[n];
            trial.judge()
                    .loss(
                            forward,
                            "row " + n,
                            LogProbReference.selectedLogProb(x, labels[n]),
                            logProbs[n],
                            LogProbReference.selectedLogProbScale(x, labels[n]));
            trial.judge()
                    .row(
                            backward,
                            "row " + n,
                            LogProbReference.selectedLogProbBackward(x, labels[n], GRAD_SCALE),
                            gradient[n],
                            LogProbReference.selectedLogProbBackwardScale(x, labels[n], GRAD_SCALE));
        }
    }
}
