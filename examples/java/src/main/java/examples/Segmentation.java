package examples;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Image segmentation, a class for each pixel: cross entropy along axis 1 of logits [batch, classes, height, width], as a convolution
 * leaves them. Void pixels, those along outlines, have label 255 and count nowhere. The model is a linear layer on each pixel's colour.
 */
public final class Segmentation {
    static final int BATCH = 2;
    static final int CLASSES = 3;
    static final int CHANNELS = 4; // red, green, blue, and 1
    static final int SIZE = 64;
    static final int PIXELS = SIZE * SIZE;
    static final int VOID = 255;
    /** Mean colours of sky, grass and roof. */
    static final double[][] COLOURS = {{0.45, 0.65, 0.95}, {0.35, 0.70, 0.30}, {0.80, 0.35, 0.25}};

    static final double NOISE = 0.25;
    private static final int STEPS = 200;
    private static final float RATE = 5;

    private Segmentation() {}

    /** Images [batch, channels, height, width] and labels [batch, height, width]. */
    record Pictures(float[] images, int[] labels) {}

    /** How it went; the weight is [classes, channels]. */
    record Result(double loss, double accuracy, long countedPixels, float[] weight) {}

    public static void main(String[] args) {
        Result result = train(pictures(new Random(1)));
        System.out.printf(
                Locale.ROOT,
                "segmentation: pixels=%d counted=%d loss=%.4f accuracy=%.4f%n",
                BATCH * PIXELS,
                result.countedPixels(),
                result.loss(),
                result.accuracy());
    }

    static Result train(Pictures pictures) {
        Shape shape = Shape.of(BATCH, CLASSES, SIZE, SIZE);
        CrossEntropyOptions options =
                CrossEntropyOptions.defaults().withIgnoreIndex(VOID).withOutputs(RowOutput.ARGMAX);
        float[] weight = new float[CLASSES * CHANNELS];
        float[] values = new float[(int) shape.elements()]; // logits on the way up, their gradient on the way down
        try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
            CrossEntropy loss = ops.crossEntropy(options, 1);
            try (Stream stream = ops.newStream();
                    Tensor labels = ops.labels(pictures.labels(), Shape.of(BATCH, SIZE, SIZE), stream);
                    Tensor logits = ops.empty(DType.F32, shape);
                    CrossEntropyResult result = loss.newResult(DType.F32, shape, stream)) {
                for (int step = 0; step < STEPS; step++) {
                    forward(weight, pictures.images(), values);
                    logits.upload(values, stream);
                    loss.forwardBackward(logits, labels, null, GradScale.ONE, logits, result, stream);
                    logits.download(values, stream); // waits: this optimizer is on the host
                    descend(weight, pictures.images(), values);
                }
                forward(weight, pictures.images(), values);
                logits.upload(values, stream);
                loss.forward(logits, labels, null, result, stream);
                return new Result(result.await(), result.accuracy(), result.countedRows(), weight);
            }
        }
    }

    /** A convolution of 1 x 1. */
    private static void forward(float[] weight, float[] images, float[] logits) {
        Arrays.fill(logits, 0);
        for (int b = 0; b < BATCH; b++) {
            for (int c = 0; c < CLASSES; c++) {
                for (int f = 0; f < CHANNELS; f++) {
                    for (int p = 0; p < PIXELS; p++) {
                        logits[(b * CLASSES + c) * PIXELS + p] +=
                                weight[c * CHANNELS + f] * images[(b * CHANNELS + f) * PIXELS + p];
                    }
                }
            }
        }
    }

    private static void descend(float[] weight, float[] images, float[] gradient) {
        for (int b = 0; b < BATCH; b++) {
            for (int c = 0; c < CLASSES; c++) {
                for (int f = 0; f < CHANNELS; f++) {
                    double sum = 0;
                    for (int p = 0; p < PIXELS; p++) { // the gradient is 0 in void pixels
                        sum += gradient[(b * CLASSES + c) * PIXELS + p] * images[(b * CHANNELS + f) * PIXELS + p];
                    }
                    weight[c * CHANNELS + f] -= (float) (RATE * sum);
                }
            }
        }
    }

    /** A roof before sky and grass, under noise. */
    static Pictures pictures(Random random) {
        float[] images = new float[BATCH * CHANNELS * PIXELS];
        int[] labels = new int[BATCH * PIXELS];
        for (int b = 0; b < BATCH; b++) {
            double top = 10 + random.nextInt(10);
            double middle = 20 + random.nextInt(24);
            for (int p = 0; p < PIXELS; p++) {
                double below = p / SIZE - top;
                double aside = Math.abs(p % SIZE - middle);
                double inside = Math.min(below - aside, 30 - below); // of the roof, a triangle
                int label = inside > 0 ? 2 : below > 20 ? 1 : 0;
                boolean outline = Math.abs(inside) <= 1 || inside < 0 && Math.abs(below - 20.5) <= 1;
                labels[b * PIXELS + p] = outline ? VOID : label;
                for (int f = 0; f < 3; f++) {
                    images[(b * CHANNELS + f) * PIXELS + p] =
                            (float) (COLOURS[label][f] + NOISE * random.nextGaussian());
                }
                images[(b * CHANNELS + 3) * PIXELS + p] = 1; // for the bias
            }
        }
        return new Pictures(images, labels);
    }
}
