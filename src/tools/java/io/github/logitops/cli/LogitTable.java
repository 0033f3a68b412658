package io.github.logitops.cli;

import java.util.Arrays;

/**
 * The model: logits of the next byte, a row for each context, on the host. Learns by row-sparse Adagrad, which divides each
 * logit's step by the root of its squared gradients so far: rare bytes learn as fast as frequent ones, and no scale of the
 * gradient matters.
 */
final class LogitTable implements ByteModel {
    static final int CLASSES = 256;

    private static final float EPSILON = 1e-8f; // so that a gradient of 0 is a step of 0, not 0/0

    private final Contexts contexts;
    private final float[] logits;
    private final float[] squares;
    private final int[] firstInBatch; // for each row; -1 outside of update

    LogitTable(Contexts contexts) {
        this.contexts = contexts;
        int rows = contexts.rows();
        logits = new float[rows * CLASSES];
        squares = new float[rows * CLASSES];
        firstInBatch = new int[rows];
        Arrays.fill(firstInBatch, -1);
    }

    /** What a table takes on the heap. */
    static long bytes(Contexts contexts) {
        return contexts.rows() * (2L * CLASSES * Float.BYTES + Integer.BYTES);
    }

    /** Which row goes with which bytes. */
    Contexts contexts() {
        return contexts;
    }

    @Override
    public int context() {
        return contexts.length();
    }

    @Override
    public void logits(byte[] text, int end, float[] values) {
        copyRow(contexts.row(text, end), values, 0);
    }

    /** Copies row {@code row} to place {@code index} of a batch. */
    void copyRow(int row, float[] batch, int index) {
        System.arraycopy(logits, row * CLASSES, batch, index * CLASSES, CLASSES);
    }

    /**
     * One step. A batch may hold a row often; its gradients add up before the step, in the first one's place.
     *
     * @param rows the row that each of the batch's gradients belongs to
     * @param count how many of them there are
     * @param gradients is overwritten
     */
    void update(int[] rows, int count, float[] gradients, float rate) {
        for (int i = 0; i < count; i++) {
            int first = firstInBatch[rows[i]];
            if (first < 0) {
                firstInBatch[rows[i]] = i;
            } else {
                for (int j = 0; j < CLASSES; j++) {
                    gradients[first * CLASSES + j] += gradients[i * CLASSES + j];
                }
            }
        }
        for (int i = 0; i < count; i++) {
            if (firstInBatch[rows[i]] == i) {
                descend(rows[i], gradients, i, rate);
                firstInBatch[rows[i]] = -1;
            }
        }
    }

    private void descend(int row, float[] gradients, int index, float rate) {
        for (int j = 0; j < CLASSES; j++) {
            float gradient = gradients[index * CLASSES + j];
            int at = row * CLASSES + j;
            squares[at] += gradient * gradient;
            logits[at] -= rate * gradient / ((float) Math.sqrt(squares[at]) + EPSILON);
        }
    }
}
