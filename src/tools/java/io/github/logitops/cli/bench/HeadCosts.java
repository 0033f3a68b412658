package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LinearCrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.driver.MatrixProduct;
import io.github.logitops.driver.MatrixProduct.Matrix;
import io.github.logitops.driver.MatrixProduct.Type;
import io.github.logitops.driver.MatrixProducts;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a linear layer with cross entropy costs, on random rows and labels. Logits have a variance of 1, so that the loss is near log
 * classes + 1/2: one that is not shows that something did nothing.
 */
final class HeadCosts implements AutoCloseable {
    private static final int NOISE = 1 << 20;
    private static final int CALLS = 3; // between two waits

    private final LogitOps ops;
    private final HeadShape shape;
    private final int rounds;
    private final Stream stream;
    private final List<AutoCloseable> held = new ArrayList<>();
    private final Tensor hidden;
    private final LinearLayer layer;
    private final Tensor labels;
    private final Tensor dHidden;
    private final Tensor dWeight; // of the arithmetic dtype

    HeadCosts(LogitOps ops, HeadShape shape, int rounds) {
        this.ops = ops;
        this.shape = shape;
        this.rounds = rounds;
        stream = keep(ops.newStream());
        Random random = new Random(1);
        try {
            hidden = noise(shape.rows(), 1, random);
            layer = LinearLayer.of(noise(shape.classes(), 1 / Math.sqrt(shape.features()), random));
            labels = keep(
                    ops.labels(random.ints(shape.rows(), 0, shape.classes()).toArray(), stream));
            dHidden = empty(shape.dtype(), shape.rows());
            dWeight = empty(shape.dtype().arithmetic(), shape.classes());
        } catch (RuntimeException e) {
            Resources.closeAfter(e, held);
            throw e;
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        held.add(0, resource);
        return resource;
    }

    private Tensor empty(DType dtype, int rows) {
        return keep(ops.empty(dtype, Shape.of(rows, shape.features())));
    }

    /** Rows of noise, which begins anew when it ends. */
    private Tensor noise(int rows, double deviation, Random random) {
        Tensor tensor = empty(shape.dtype(), rows);
        int rowsOfNoise = Math.max(1, NOISE / shape.features());
        float[] noise = new float[rowsOfNoise * shape.features()];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) (deviation * random.nextGaussian());
        }
        for (int first = 0; first < rows; first += rowsOfNoise) {
            int count = Math.min(rowsOfNoise, rows - first);
            float[] some = count == rowsOfNoise ? noise : Arrays.copyOf(noise, count * shape.features());
            tensor.slice(first, count).upload(some, stream);
        }
        return tensor;
    }

    /** The op in chunks of so many rows: times, and the most memory that was in use beside inputs and gradients. */
    List<HostCost> of(List<Integer> chunks) {
        List<HostCost> memory = new ArrayList<>();
        Map<String, Runnable> calls = new LinkedHashMap<>();
        for (int chunk : chunks.stream().sorted().toList()) {
            LinearCrossEntropy op = ops.linearCrossEntropy(CrossEntropyOptions.defaults(), RowChunks.ofRows(chunk));
            CrossEntropyResult result = keep(op.newResult(shape.dtype(), hidden.shape(), shape.classes(), stream));
            String rows = ", " + chunk + " rows at a time";
            Runnable both = () -> gradients(op, new LinearGradients(dHidden, dWeight, null, false), result);
            long before = ops.memoryStatistics().bytesInUse();
            both.run();
            double peak = (ops.memoryStatistics().peakBytes() - before) / 1e6; // the largest yet: chunks become longer
            memory.add(new HostCost("memory besides" + rows, "MB", Spread.of(peak)));
            requireRight(result);
            calls.put("linearCrossEntropy.forwardBackward" + rows, both);
            calls.put(
                    "linearCrossEntropy.forward" + rows, () -> op.forward(hidden, layer, labels, null, result, stream));
            if (shape.dtype() != shape.dtype().arithmetic()) {
                Tensor narrow = keep(ops.wrap(dWeight.address(), shape.dtype(), dWeight.shape()));
                LinearGradients rounded = new LinearGradients(dHidden, narrow, null, false);
                String name = "linearCrossEntropy.forwardBackward, gradient of the weight in " + shape.dtype();
                LinearCrossEntropy once = ops.linearCrossEntropy(
                        op.options(), RowChunks.ofRows(chunk).roundingOnce());
                calls.put(name + rows, () -> gradients(op, rounded, result));
                calls.put(name + " rounded once" + rows, () -> gradients(once, rounded, result));
            }
        }
        List<HostCost> costs = new ArrayList<>(measure(calls));
        costs.addAll(memory);
        return costs;
    }

    private void gradients(LinearCrossEntropy op, LinearGradients to, CrossEntropyResult result) {
        op.forwardBackward(hidden, layer, labels, null, GradScale.ONE, to, result, stream);
    }

    private void requireRight(CrossEntropyResult result) {
        double expected = Math.log(shape.classes()) + 0.5;
        double loss = result.await();
        if (!(Math.abs(loss - expected) < 0.1)) {
            throw new IllegalStateException("head: a wrong loss: expected=" + expected + ", loss=" + loss);
        }
    }

    /** The three products of matrices that it takes at least, and the first of them, with all logits there. */
    List<HostCost> products(MatrixProducts products) {
        Tensor logits = keep(ops.empty(shape.dtype(), Shape.of(shape.rows(), shape.classes())));
        Tensor room = keep(ops.empty(DType.BOOL, Shape.of(products.workspaceBytes())));
        Matrix h = matrix(hidden);
        Matrix w = matrix(layer.weight());
        Matrix x = matrix(logits);
        int n = shape.rows();
        int k = shape.features();
        int v = shape.classes();
        MatrixProduct forward = new MatrixProduct(n, v, k, h, false, w, true, x, false);
        MatrixProduct ofHidden = new MatrixProduct(n, k, v, x, false, w, false, matrix(dHidden), false);
        MatrixProduct ofWeight = new MatrixProduct(v, k, n, x, true, h, false, matrix(dWeight), false);
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("the first product alone", () -> multiply(products, List.of(forward), room));
        calls.put("the three products alone", () -> multiply(products, List.of(forward, ofWeight, ofHidden), room));
        return measure(calls);
    }

    private static Matrix matrix(Tensor tensor) {
        return new Matrix(
                tensor.address(),
                Type.valueOf(tensor.dtype().name()),
                tensor.layout().rowStride());
    }

    private void multiply(MatrixProducts products, List<MatrixProduct> all, Tensor room) {
        all.forEach(product -> products.multiply(product, room.address(), stream.handle()));
    }

    /** All in turn, round by round. */
    private List<HostCost> measure(Map<String, Runnable> calls) {
        Map<String, double[]> micros = new LinkedHashMap<>();
        for (int round = -1; round < rounds; round++) {
            for (Map.Entry<String, Runnable> call : calls.entrySet()) {
                double nanos = HostClock.nanos(() -> {
                    HostClock.times(CALLS, call.getValue()).run();
                    stream.synchronize();
                });
                if (round >= 0) { // the first warms up
                    micros.computeIfAbsent(call.getKey(), name -> new double[rounds])[round] = nanos / CALLS / 1e3;
                }
            }
        }
        List<HostCost> costs = new ArrayList<>();
        micros.forEach((name, each) -> costs.add(new HostCost(name, "us", Spread.of(each))));
        return costs;
    }

    @Override
    public void close() {
        Resources.closeAll(held); // the stream last, which waits
    }
}
