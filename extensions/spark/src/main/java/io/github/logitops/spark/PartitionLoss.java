package io.github.logitops.spark;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.HostCall;
import io.github.logitops.LinearCrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.Shape;
import java.util.Arrays;

/**
 * Loss and gradient of a partition's blocks at one point, by LogitOps: dense blocks in one op with their linear layer, sparse ones by
 * loops over what is not 0 and cross entropy between them. Blocks are added up in double. For one thread.
 */
final class PartitionLoss implements AutoCloseable {
    private final LogitOps ops;
    private final TaskSettings settings;
    private final Scaling scaling;
    private final double[] point;
    private final LinearCrossEntropy head;
    private final CrossEntropy crossEntropy;
    private final Stream stream;
    private final Tensor weight;
    private final Tensor bias; // null without intercepts
    private final Tensor classWeights; // null for 1 each
    private final Numbers weightGradient; // of a block
    private final Numbers biasGradient;
    private final double[] sums;
    private double loss;
    private SparseSums sparse; // null before the first sparse block

    /** @param point [classes, features], then the intercepts */
    PartitionLoss(LogitOps ops, TaskSettings settings, Scaling scaling, double[] point) {
        this.ops = ops;
        this.settings = settings;
        this.scaling = scaling;
        this.point = point;
        CrossEntropyOptions options = settings.crossEntropy();
        head = ops.linearCrossEntropy(options);
        crossEntropy = ops.crossEntropy(options);
        weightGradient = Numbers.zeros(settings.dtype(), settings.weights());
        biasGradient = settings.intercept() ? Numbers.zeros(settings.dtype(), settings.classes()) : null;
        sums = new double[settings.parameters()];
        stream = ops.newStream();
        weight = uploaded(Arrays.copyOf(point, settings.weights()), settings.classes(), settings.features());
        bias = settings.intercept() ? uploaded(intercepts(), settings.classes()) : null;
        classWeights = settings.classWeights() == null ? null : uploaded(settings.classWeights(), settings.classes());
    }

    private Tensor uploaded(double[] values, long... shape) {
        return ops.upload(values, settings.dtype(), Shape.of(shape), stream);
    }

    private double[] intercepts() {
        return settings.intercept()
                ? Arrays.copyOfRange(point, settings.weights(), point.length)
                : new double[settings.classes()];
    }

    void add(Block block) {
        loss += block.dense() != null ? addDense(block) : addSparse(block);
    }

    private double addDense(Block block) {
        int features = settings.features();
        int classes = settings.classes();
        double blockLoss = ops.onHost(host -> {
            host.stream().waitFor(stream);
            Shape shape = Shape.of(block.rows(), features);
            Tensor rows = host.in(block.dense().as(shape));
            LinearGradients gradients = new LinearGradients(
                    null,
                    host.out(weightGradient.as(Shape.of(classes, features))),
                    bias == null ? null : host.out(biasGradient.as(Shape.of(classes))),
                    false);
            CrossEntropyResult result = host.closing(head.newResult(settings.dtype(), shape, classes, host.stream()));
            head.forwardBackward(
                    rows,
                    new LinearLayer(weight, bias),
                    targets(host, block),
                    classWeights,
                    scale(host, block),
                    gradients,
                    result,
                    host.stream());
            return weighted(host, block, result);
        });
        weightGradient.addTo(sums, 0);
        if (biasGradient != null) {
            biasGradient.addTo(sums, settings.weights());
        }
        return blockLoss;
    }

    private double addSparse(Block block) {
        if (sparse == null) {
            sparse = new SparseSums(settings, scaling, point, intercepts());
        }
        double[] logits = sparse.logits(block);
        double blockLoss = ops.onHost(host -> {
            host.stream().waitFor(stream);
            Shape shape = Shape.of(block.rows(), settings.classes());
            Tensor x = host.inOut(HostTensor.of(logits, settings.dtype(), shape));
            CrossEntropyResult result = host.closing(crossEntropy.newResult(settings.dtype(), shape, host.stream()));
            crossEntropy.forwardBackward(
                    x, targets(host, block), classWeights, scale(host, block), x, result, host.stream());
            return weighted(host, block, result);
        });
        sparse.addGradient(block, logits);
        return blockLoss;
    }

    private Tensor targets(HostCall host, Block block) {
        return host.in(
                block.labels() != null
                        ? HostTensor.of(block.labels())
                        : block.probabilities().as(Shape.of(block.rows(), settings.classes())));
    }

    private static GradScale scale(HostCall host, Block block) {
        return block.weights() == null
                ? GradScale.ONE
                : GradScale.perRow(host.in(block.weights().as(Shape.of(block.rows()))));
    }

    /** The sum of row losses, each times the weight of its row. */
    private static double weighted(HostCall host, Block block, CrossEntropyResult result) {
        double[] losses = new double[block.rows()];
        result.rowLosses().download(losses, host.stream());
        return block.weights() == null
                ? Arrays.stream(losses).sum()
                : block.weights().dot(losses);
    }

    /** The sum over all blocks added. */
    LossGradient sum() {
        if (sparse != null) {
            sparse.addTo(sums);
        }
        return new LossGradient(loss, sums);
    }

    @Override
    public void close() {
        if (classWeights != null) {
            classWeights.close();
        }
        if (bias != null) {
            bias.close();
        }
        weight.close();
        stream.close();
    }
}
