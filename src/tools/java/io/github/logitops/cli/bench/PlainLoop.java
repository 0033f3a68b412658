package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;
import java.util.Optional;

/**
 * What one writes without a library: loops over {@code float[]} on one core, with {@link Math#exp}, the maximum subtracted and
 * sums in double. Rows whose elements are apart are copied into a row and back.
 */
final class PlainLoop implements Peer {
    @Override
    public String provider() {
        return "plain";
    }

    @Override
    public String version() {
        return "plain loops in Java on one core";
    }

    /** It has floats only. */
    @Override
    public Optional<Call> ready(Task task) {
        return task.dtype() == DType.F32 ? Optional.of(new Loop(task)) : Optional.empty();
    }

    /** The call in F32 whatever the dtype, to hold others against. */
    static float[] result(Task task) {
        Loop loop = new Loop(task);
        loop.run();
        return loop.result();
    }

    private static final class Loop implements Call {
        private final Task task;
        private final float[] row;
        private float[] output;
        private double loss;

        Loop(Task task) {
            this.task = task;
            row = new float[task.classes()];
            output = new float[task.work() == Work.LOSS ? 0 : task.logits().length];
        }

        @Override
        public void run() {
            if (task.work() == Work.LOSS_AND_GRADIENT_OF_ARRAYS) {
                output = new float[output.length];
            }
            loss = 0;
            for (int n = 0; n < task.rows(); n++) {
                int first = n / task.inner() * task.classes() * task.inner() + n % task.inner();
                if (task.inner() == 1) {
                    row(n, task.logits(), first, output, first);
                } else {
                    for (int j = 0; j < row.length; j++) {
                        row[j] = task.logits()[first + j * task.inner()];
                    }
                    row(n, row, 0, row, 0);
                    for (int j = 0; j < row.length && output.length > 0; j++) {
                        output[first + j * task.inner()] = row[j];
                    }
                }
            }
            loss /= task.rows();
        }

        private void row(int n, float[] x, int from, float[] y, int to) {
            int classes = task.classes();
            float max = max(x, from, classes);
            switch (task.work()) {
                case SOFTMAX -> softmax(x, from, max, y, to, classes);
                case LOG_SOFTMAX -> logSoftmax(x, from, max, y, to, classes);
                case LOSS -> loss += max + Math.log(sumExp(x, from, max, classes)) - x[from + task.labels()[n]];
                case LOSS_AND_GRADIENT, LOSS_AND_GRADIENT_OF_ARRAYS -> {
                    int label = task.labels()[n];
                    float target = x[from + label];
                    loss += max + Math.log(softmax(x, from, max, y, to, classes)) - target;
                    y[to + label] -= 1;
                    float scale = 1f / task.rows();
                    for (int j = 0; j < classes; j++) {
                        y[to + j] *= scale;
                    }
                }
            }
        }

        private static float max(float[] x, int from, int classes) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < classes; j++) {
                max = Math.max(max, x[from + j]);
            }
            return max;
        }

        private static double sumExp(float[] x, int from, float max, int classes) {
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                sum += Math.exp(x[from + j] - max);
            }
            return sum;
        }

        /** Returns the sum. */
        private static double softmax(float[] x, int from, float max, float[] y, int to, int classes) {
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                double exp = Math.exp(x[from + j] - max);
                y[to + j] = (float) exp;
                sum += exp;
            }
            float scale = (float) (1 / sum);
            for (int j = 0; j < classes; j++) {
                y[to + j] *= scale;
            }
            return sum;
        }

        private static void logSoftmax(float[] x, int from, float max, float[] y, int to, int classes) {
            float lse = (float) (max + Math.log(sumExp(x, from, max, classes)));
            for (int j = 0; j < classes; j++) {
                y[to + j] = x[from + j] - lse;
            }
        }

        @Override
        public float[] result() {
            return task.work() == Work.LOSS ? new float[] {(float) loss} : output;
        }

        @Override
        public void close() {}
    }
}
