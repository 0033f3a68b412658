package io.github.logitops.pytorch;

import io.github.logitops.element.Elements;
import io.github.logitops.reference.Targets;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Reduction;
import io.github.logitops.support.Geometry;
import java.util.Arrays;
import java.util.Random;

/** Cross entropy of random options against PyTorch's {@code cross_entropy_loss} and its autograd. */
class CrossEntropyAgainstPyTorchTest {
    private static final int CASES = 150;

    @EachPyTorchDType
    void labels(DType dtype) {
        Draw draw = new Draw(dtype);
        Random random = draw.random();
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Geometry geometry = draw.geometry();
                CrossEntropyOptions options = options(draw);
                options = draw.pick(
                        options,
                        options.withIgnoreIndex(random.nextInt(geometry.classes())),
                        options.withIgnoreIndex(geometry.classes() + 7L));
                long ignored = options.ignoreIndex().orElseThrow();
                long[] labels = draw.labels(geometry);
                for (int n = 0; n < labels.length; n++) {
                    labels[n] = random.nextInt(4) == 0 ? ignored : labels[n];
                }
                sample(draw, geometry, draw.pick(DType.I32, DType.I64), Targets.of(labels), options)
                        .compare(agreement);
            }
        }
    }

    @EachPyTorchDType
    void probabilities(DType dtype) {
        Draw draw = new Draw(dtype);
        Random random = draw.random();
        try (Agreement agreement = new Agreement(dtype)) {
            for (int i = 0; i < CASES; i++) {
                Geometry geometry = draw.geometry();
                boolean sparse = random.nextBoolean();
                boolean normal = random.nextBoolean();
                double[][] q = new double[geometry.rows()][geometry.classes()];
                for (double[] row : q) {
                    Arrays.setAll(row, j -> sparse && random.nextInt(3) > 0 ? 0 : random.nextDouble());
                    double sum = normal ? Math.max(0.1, Arrays.stream(row).sum()) : 1;
                    Arrays.setAll(row, j -> Elements.round(dtype, row[j] / sum));
                }
                sample(draw, geometry, null, Targets.of(q), options(draw)).compare(agreement);
            }
        }
    }

    private static CrossEntropyOptions options(Draw draw) {
        Random random = draw.random();
        CrossEntropyOptions options = CrossEntropyOptions.defaults()
                .withLabelSmoothing(draw.pick(0.0, 0.1, random.nextDouble(), 1.0))
                .withReduction(draw.pick(Reduction.values()))
                .withZLoss(draw.pick(0.0, 0.0, 1e-4, 0.1))
                .withLogitScale(draw.pick(1.0, 1.0, 1 / 0.7, 0.1 + 3 * random.nextDouble()));
        return draw.pick(options, options, options.withSoftCap(30), options.withSoftCap(1 + 50 * random.nextDouble()));
    }

    private static CrossEntropySample sample(
            Draw draw, Geometry geometry, DType labelType, Targets targets, CrossEntropyOptions options) {
        double[] weights = draw.random().nextBoolean() ? draw.weights(geometry.classes()) : null;
        if (weights != null) {
            weights[draw.random().nextInt(weights.length)] = draw.random().nextInt(2);
        }
        double[] scale = draw.perRow(geometry);
        return new CrossEntropySample(
                draw.dtype(), geometry, draw.logits(geometry), labelType, targets, weights, options, scale);
    }
}
