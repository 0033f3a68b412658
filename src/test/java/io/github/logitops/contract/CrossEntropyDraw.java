package io.github.logitops.contract;

import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.support.Data;
import io.github.logitops.support.Geometry;
import java.util.Random;

/**
 * Draws random combinations of all that a cross entropy takes: options, layouts, kinds of targets, weights, grad scales. A seed
 * gives the same combinations every time; {@code -Dlogitops.seed=} gives others.
 */
final class CrossEntropyDraw {
    /** What failures name. */
    static final long SEED = Long.getLong("logitops.seed", 50);

    private final Random random = new Random(SEED);
    private final Data data = new Data(SEED);

    /** Another combination, of logits in any of the test layouts. */
    CrossEntropyCase next(DType dtype) {
        Geometry geometry = pick(Geometry.several().toArray(Geometry[]::new));
        double[][] logits = data.logits(geometry.rows(), geometry.classes());
        if (random.nextInt(4) == 0) {
            mask(logits);
        }
        return next(dtype, geometry, logits);
    }

    /** Another combination, of these logits. */
    CrossEntropyCase next(DType dtype, Geometry geometry, double[][] logits) {
        CrossEntropyOptions options = options(geometry.classes());
        CrossEntropyCase drawn = targets(CrossEntropyCase.of(dtype, geometry, logits), options);
        if (random.nextBoolean()) {
            double[] weights = data.weights(geometry.classes());
            weights[random.nextInt(weights.length)] = random.nextInt(3) - 1;
            drawn = drawn.weights(weights);
        }
        double scale = pick(1.0, 1.0, -2.0, 1024.0);
        if (options.reduction() == Reduction.NONE && random.nextBoolean()) {
            return drawn.gradScalePerRow(
                    random.doubles(logits.length).map(v -> (float) (v * scale)).toArray());
        }
        return drawn.gradScale(scale);
    }

    private CrossEntropyOptions options(int classes) {
        CrossEntropyOptions options = CrossEntropyOptions.defaults()
                .withLabelSmoothing(pick(0.0, 0.0, 0.1, random.nextDouble(), 1.0))
                .withReduction(pick(Reduction.values()))
                .withEmptyMean(pick(EmptyMean.values()))
                .withZLoss(pick(0.0, 0.0, 1e-4, 0.1, random.nextDouble()))
                .withLogitScale(pick(1.0, 1.0, 1 / 0.7, 0.1 + 3 * random.nextDouble()));
        options = pick(options, options.withIgnoreIndex(random.nextInt(classes)), options.withoutIgnoreIndex());
        options = pick(options, options, options.withSoftCap(30), options.withSoftCap(1 + 50 * random.nextDouble()));
        return pick(
                options,
                options.withOutputs(RowOutput.ARGMAX),
                options.withOutputs(RowOutput.ENTROPY),
                options.withOutputs(RowOutput.RANK),
                options.withOutputs(RowOutput.values()));
    }

    private CrossEntropyCase targets(CrossEntropyCase logits, CrossEntropyOptions options) {
        Geometry geometry = logits.geometry();
        int rows = geometry.rows();
        int classes = geometry.classes();
        CrossEntropyCase with = logits.options(options);
        if (random.nextInt(3) > 0) {
            long ignored = options.ignoreIndex().orElse(random.nextInt(classes));
            return with.labels(pick(DType.I32, DType.I64), data.labels(rows, classes, ignored));
        }
        double[][] q = new double[rows][classes];
        boolean sparse = random.nextBoolean();
        boolean normal = random.nextBoolean();
        for (double[] row : q) {
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                row[j] = sparse && random.nextInt(3) > 0 ? 0 : random.nextDouble();
                sum += row[j];
            }
            for (int j = 0; j < classes && normal && sum > 0; j++) {
                row[j] /= sum;
            }
        }
        boolean mayPad = geometry.axis() >= geometry.shape().rank() - 2;
        Geometry other = geometry.shifted(random.nextInt(3)).padded(mayPad ? random.nextInt(4) : 0);
        return with.probabilities(other, q);
    }

    /** Some logits become -inf, at most all but one of a row. */
    private void mask(double[][] logits) {
        for (double[] row : logits) {
            int kept = random.nextInt(row.length);
            for (int j = 0; j < row.length; j++) {
                row[j] = j != kept && random.nextInt(4) == 0 ? Double.NEGATIVE_INFINITY : row[j];
            }
        }
    }

    @SafeVarargs
    private <V> V pick(V... values) {
        return values[random.nextInt(values.length)];
    }
}
