package io.github.logitops.spark;

import io.github.logitops.Backend;
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
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Loss and gradient of a partition's blocks at one point, by LogitOps: on a GPU dense blocks in one op with their linear layer, else cross
 * entropy between products on the host. Blocks are added up in double. For one thread.
 */
final class PartitionLoss implements AutoCloseable {
    private final LogitOps ops;
    private final TaskSettings settings;
    private final Scaling scaling;
    private final double[] point;
    private final CrossEntropy crossEntropy;
    private final Stream stream;
    private final Tensor classWeights; // null for 1 each
    private final OnDevice onDevice; // null where dense blocks are multiplied on the host
    private final double[] sums;
    private final Deque<AutoCloseable> owned = new ArrayDeque<>(); // the last one first
    private double loss;
    private Numbers logits = new Numbers(new double[0], null); // of the last block, and their gradient
    private BlockProducts dense; // null before the first such block
    private BlockProducts sparse;

    PartitionLoss(LogitOps ops, TaskSettings settings, Scaling scaling, double[] point) {
        this(ops, settings, scaling, point, ops.backendReport().selected() == Backend.CUDA);
    }

    /**
     * @param point [classes, columns]
     * @param layerOnDevice whether dense blocks go to the device whole
     */
    PartitionLoss(LogitOps ops, TaskSettings settings, Scaling scaling, double[] point, boolean layerOnDevice) {
        this.ops = ops;
        this.settings = settings;
        this.scaling = scaling;
        this.point = point;
        sums = new double[settings.parameters()];
        CrossEntropyOptions options = settings.crossEntropy();
        crossEntropy = ops.crossEntropy(options);
        LinearCrossEntropy head = layerOnDevice ? ops.linearCrossEntropy(options) : null;
        try { // tasks share the session: what is not closed here stays in it
            stream = own(ops.newStream());
            double[] weights = settings.classWeights();
            classWeights = weights == null ? null : uploaded(weights, Shape.of(weights.length));
            onDevice = head == null ? null : new OnDevice(head);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Tensor uploaded(double[] values, Shape shape) {
        return own(ops.upload(values, settings.dtype(), shape, stream));
    }

    private <R extends AutoCloseable> R own(R made) {
        owned.push(made);
        return made;
    }

    /** Dense blocks with their linear layer in one op. */
    private final class OnDevice {
        private final LinearCrossEntropy head;
        private final Shape layer = Shape.of(settings.classes(), settings.columns());
        private final Tensor weight = uploaded(point, layer);
        private final Numbers gradient = Numbers.zeros(settings.dtype(), settings.parameters());

        OnDevice(LinearCrossEntropy head) {
            this.head = head;
        }

        double add(Block block) {
            double blockLoss = ops.onHost(host -> {
                host.stream().waitFor(stream);
                Shape shape = Shape.of(block.rows(), settings.columns());
                Tensor rows = host.in(block.dense().as(shape));
                LinearGradients gradients = LinearGradients.of(null, host.out(gradient.as(layer)));
                CrossEntropyResult result =
                        host.closing(head.newResult(settings.dtype(), shape, settings.classes(), host.stream()));
                head.forwardBackward(
                        rows,
                        LinearLayer.of(weight),
                        targets(host, block),
                        classWeights,
                        scale(host, block),
                        gradients,
                        result,
                        host.stream());
                return weighted(host, block, result);
            });
            gradient.addTo(sums);
            return blockLoss;
        }
    }

    void add(Block block) {
        if (block.sparse() != null) {
            sparse = sparse != null ? sparse : new SparseProducts(settings, scaling, point);
            loss += add(block, sparse);
        } else if (onDevice != null) {
            loss += onDevice.add(block);
        } else {
            dense = dense != null ? dense : new DenseProducts(settings, point);
            loss += add(block, dense);
        }
    }

    private double add(Block block, BlockProducts products) {
        DType dtype = settings.dtype();
        Shape shape = Shape.of(block.rows(), settings.classes());
        if (logits.length() != shape.elements()) {
            logits = Numbers.zeros(dtype, (int) shape.elements());
        }
        products.logits(block, logits);
        double blockLoss = ops.onHost(host -> {
            host.stream().waitFor(stream);
            Tensor x = host.inOut(logits.as(shape)); // the gradient goes over it
            CrossEntropyResult result = host.closing(crossEntropy.newResult(dtype, shape, host.stream()));
            crossEntropy.forwardBackward(
                    x, targets(host, block), classWeights, scale(host, block), x, result, host.stream());
            return weighted(host, block, result);
        });
        products.addGradient(block, logits);
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

    /** The sum over all blocks, to be asked for once. */
    LossGradient sum() {
        for (BlockProducts products : new BlockProducts[] {dense, sparse}) {
            if (products != null) {
                products.addTo(sums);
            }
        }
        return new LossGradient(loss, sums);
    }

    /** Closes all, whatever fails on the way. */
    @Override
    public void close() {
        RuntimeException failed = null;
        for (AutoCloseable made : owned) {
            try {
                made.close();
            } catch (Exception e) {
                IllegalStateException here = new IllegalStateException("softmaxRegression: close failed: " + made, e);
                if (failed == null) {
                    failed = here;
                } else {
                    failed.addSuppressed(here);
                }
            }
        }
        owned.clear();
        if (failed != null) {
            throw failed;
        }
    }
}
