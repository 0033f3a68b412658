package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.LogitOps;
import io.github.logitops.element.Elements;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.Random;

/** A peer computes what the CPU mode computes. */
public final class PeerAgreement {
    private static final int OUTER = 3;
    private static final int CLASSES = 101;

    private PeerAgreement() {}

    /** A small task, of rows of neighbours if {@code inner} is 1. */
    public static Peer.Task task(Peer.Work work, DType dtype, int inner) {
        Random random = new Random(1);
        float[] logits = new float[OUTER * CLASSES * inner];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Elements.round(dtype, 3 * random.nextGaussian());
        }
        int[] labels = random.ints(OUTER * inner, 0, CLASSES).toArray();
        return new Peer.Task(work, dtype, OUTER, CLASSES, inner, logits, labels);
    }

    /**
     * Fails if the results of a call, and of a second one, are further from ours than so much of the largest element.
     *
     * @return whether the peer has such a call
     */
    public static boolean check(Peer peer, Peer.Task task, double tolerance) {
        try (Peer.Call call = peer.ready(task).orElse(null)) {
            if (call == null) {
                return false;
            }
            float[] expected = ours(task);
            double largest = 0;
            for (float each : expected) {
                largest = Math.max(largest, Math.abs(each));
            }
            for (int time = 0; time < 2; time++) {
                call.run();
                float[] actual = call.result();
                assertEquals(expected.length, actual.length);
                for (int i = 0; i < actual.length; i++) {
                    assertEquals(expected[i], actual[i], tolerance * largest, task.work() + ", element " + i);
                }
            }
            return true;
        }
    }

    private static float[] ours(Peer.Task task) {
        Axis axis = Axis.of(1);
        Shape shape = Shape.of(task.outer(), task.classes(), task.inner());
        try (LogitOps ops = LogitOps.open(Backend.CPU)) {
            CrossEntropy crossEntropy = ops.crossEntropy(CrossEntropyOptions.defaults(), axis);
            return switch (task.work()) {
                case SOFTMAX -> ops.softmax(axis).forward(task.logits(), shape);
                case LOG_SOFTMAX -> ops.logSoftmax(axis).forward(task.logits(), shape);
                case LOSS ->
                    new float[] {
                        (float) crossEntropy
                                .forward(task.logits(), task.labels(), shape)
                                .loss()
                    };
                case LOSS_AND_GRADIENT, LOSS_AND_GRADIENT_OF_ARRAYS ->
                    crossEntropy
                            .forwardBackward(task.logits(), task.labels(), shape)
                            .gradient();
            };
        }
    }
}
