package examples;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.Tensor;
import io.github.logitops.nd4j.INDArrays;
import io.github.logitops.spec.CrossEntropyOptions;
import java.util.Locale;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A training loop of ND4J: its arrays, its products of matrices, its updates. Loss and gradient are LogitOps', on the same memory: the
 * gradient lies where the logits lay, and ND4J multiplies with it. The model is linear, the data three clouds of points.
 */
public final class Nd4jTraining {
    static final int CLASSES = 3;
    static final int POINTS = 600;
    static final int FEATURES = 3; // x, y, and 1
    /** The middles of the clouds, around which deviations are 1. */
    static final double[][] MIDDLES = {{0, 2}, {-1.5, -1}, {1.5, -1}};

    private static final int STEPS = 300;
    private static final float RATE = 1;

    private Nd4jTraining() {}

    /** Features [points, features] and the cloud that each point is of. */
    record Points(float[][] features, int[] labels) {}

    /** How it went; the weight is [features, classes]. */
    record Result(double loss, float[][] weight) {}

    public static void main(String[] args) {
        System.out.printf(
                Locale.ROOT, "nd4j: loss=%.4f%n", train(points(new Random(1))).loss());
    }

    static Result train(Points points) {
        INDArray x = Nd4j.createFromArray(points.features());
        INDArray labels = Nd4j.createFromArray(points.labels());
        INDArray weight = Nd4j.zeros(DataType.FLOAT, FEATURES, CLASSES);
        INDArray logits = Nd4j.create(DataType.FLOAT, new long[] {POINTS, CLASSES}, 'c');
        double loss = Double.NaN;
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            CrossEntropy crossEntropy = ops.crossEntropy(CrossEntropyOptions.defaults());
            for (int step = 0; step < STEPS; step++) {
                x.mmul(weight, logits);
                loss = ops.onHost(host -> {
                    Tensor over = host.inOut(INDArrays.view(logits)); // the gradient goes over them
                    Tensor y = host.in(INDArrays.view(labels));
                    return host.closing(crossEntropy.forwardBackward(over, y, over, host.stream()))
                            .await();
                });
                weight.subi(x.transpose().mmul(logits).muli(RATE));
            }
        }
        return new Result(loss, weight.toFloatMatrix());
    }

    static Points points(Random random) {
        float[][] features = new float[POINTS][];
        int[] labels = new int[POINTS];
        for (int i = 0; i < POINTS; i++) {
            labels[i] = random.nextInt(CLASSES);
            double[] middle = MIDDLES[labels[i]];
            features[i] = new float[] {
                (float) (middle[0] + random.nextGaussian()), (float) (middle[1] + random.nextGaussian()), 1
            };
        }
        return new Points(features, labels);
    }
}
