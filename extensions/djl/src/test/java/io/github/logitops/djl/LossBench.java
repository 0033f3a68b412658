package io.github.logitops.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a loss and its gradient take in DJL, by DJL's own loss and by this one: microseconds, medians of rounds in turn. */
final class LossBench {
    private static final int ROUNDS = 7;
    private static final long ROUND_NANOS = 400_000_000L;

    private LossBench() {}

    public static void main(String[] args) {
        int[][] shapes = {{64, 10}, {256, 1000}, {64, 32000}, {1024, 50257}};
        try (LogitOps reference = LogitOps.open(Backend.CPU);
                LogitOps floats =
                        LogitOps.open(Backend.CPU, OpenOptions.defaults().withFastCpu(true))) {
            Map<String, Loss> losses = new LinkedHashMap<>();
            losses.put("djl", Loss.softmaxCrossEntropyLoss());
            losses.put("reference", LogitOpsLoss.builder(reference).build());
            losses.put("floats", LogitOpsLoss.builder(floats).build());
            System.out.printf("%-14s %10s %10s %10s%n", "shape", "djl", "reference", "floats");
            for (int[] shape : shapes) {
                System.out.printf("%-14s", shape[0] + "x" + shape[1]);
                for (double micros : medians(losses.values().toArray(Loss[]::new), shape[0], shape[1])) {
                    System.out.printf(" %10.0f", micros);
                }
                System.out.println();
            }
        }
    }

    private static double[] medians(Loss[] losses, int rows, int classes) {
        double[][] rounds = new double[losses.length][ROUNDS];
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray logits = manager.randomNormal(new Shape(rows, classes));
            NDArray labels = manager.randomInteger(0, classes, new Shape(rows), DataType.INT64);
            for (int round = -1; round < ROUNDS; round++) { // the first warms up
                for (int i = 0; i < losses.length; i++) {
                    double micros = micros(losses[i], logits, labels);
                    if (round >= 0) {
                        rounds[i][round] = micros;
                    }
                }
            }
        }
        return Arrays.stream(rounds).mapToDouble(LossBench::median).toArray();
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static double micros(Loss loss, NDArray logits, NDArray labels) {
        long start = System.nanoTime();
        long calls = 0;
        do {
            step(loss, logits, labels);
            calls++;
        } while (System.nanoTime() - start < ROUND_NANOS);
        return (System.nanoTime() - start) / 1e3 / calls;
    }

    private static void step(Loss loss, NDArray logits, NDArray labels) {
        try (NDManager ofStep = logits.getManager().newSubManager();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray leaf = logits.stopGradient(); // the same memory, without the gradient of the step before
            leaf.attach(ofStep);
            leaf.setRequiresGradient(true);
            collector.backward(loss.evaluate(new NDList(labels), new NDList(leaf)));
            leaf.getGradient().close();
        }
    }
}
