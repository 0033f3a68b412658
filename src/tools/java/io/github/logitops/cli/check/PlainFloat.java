package io.github.logitops.cli.check;

/**
 * Not how it is done here: the loops of a textbook in float, one accumulator for each sum, for {@code logitops check --accuracy}
 * to compare with. The maximum is subtracted, and nothing else is done about rounding. Results are rounded to the dtype at hand
 * by who asks.
 */
final class PlainFloat {
    private PlainFloat() {}

    /** The values of a row, which a float must hold exactly. */
    static float[] row(double[] values) {
        float[] row = new float[values.length];
        for (int j = 0; j < row.length; j++) {
            row[j] = (float) values[j];
        }
        return row;
    }

    static float logSumExp(float[] x) {
        float max = max(x);
        return max + (float) Math.log(sumExp(x, max));
    }

    static float[] softmax(float[] x) {
        float max = max(x);
        float sum = sumExp(x, max);
        float[] y = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            y[j] = (float) Math.exp(x[j] - max) / sum;
        }
        return y;
    }

    static float[] softmaxBackward(float[] y, float[] dy) {
        float dot = 0;
        for (int j = 0; j < y.length; j++) {
            dot += y[j] * dy[j];
        }
        float[] dx = new float[y.length];
        for (int j = 0; j < y.length; j++) {
            dx[j] = y[j] * (dy[j] - dot);
        }
        return dx;
    }

    static float[] logSoftmax(float[] x) {
        float max = max(x);
        float logSum = (float) Math.log(sumExp(x, max));
        float[] y = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            y[j] = x[j] - max - logSum;
        }
        return y;
    }

    static float[] logSoftmaxBackward(float[] y, float[] dy) {
        float sum = 0;
        for (float each : dy) {
            sum += each;
        }
        float[] dx = new float[y.length];
        for (int j = 0; j < y.length; j++) {
            dx[j] = dy[j] - (float) Math.exp(y[j]) * sum;
        }
        return dx;
    }

    static float[] sigmoid(float[] x) {
        float[] y = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            y[j] = 1 / (1 + (float) Math.exp(-x[j]));
        }
        return y;
    }

    static float[] sigmoidBackward(float[] y, float[] dy) {
        float[] dx = new float[y.length];
        for (int j = 0; j < y.length; j++) {
            dx[j] = dy[j] * (y[j] * (1 - y[j]));
        }
        return dx;
    }

    static float[] logSigmoid(float[] x) {
        float[] y = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            y[j] = -(float) Math.log1p((float) Math.exp(-x[j]));
        }
        return y;
    }

    static float[] logSigmoidBackward(float[] y, float[] dy) {
        float[] dx = new float[y.length];
        for (int j = 0; j < y.length; j++) {
            dx[j] = dy[j] * -(float) Math.expm1(y[j]);
        }
        return dx;
    }

    /** exp(x - lse), from the saved lse. */
    static float[] logSumExpBackward(float[] x) {
        float lse = logSumExp(x);
        float[] dx = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            dx[j] = (float) Math.exp(x[j] - lse);
        }
        return dx;
    }

    static float entropy(float[] x) {
        float[] p = softmax(x);
        float[] logP = logSoftmax(x);
        float sum = 0;
        for (int j = 0; j < x.length; j++) {
            sum -= p[j] == 0 ? 0 : p[j] * logP[j];
        }
        return sum;
    }

    static float[] entropyBackward(float[] x) {
        float lse = logSumExp(x);
        float entropy = entropy(x);
        float[] dx = logSumExpBackward(x);
        for (int j = 0; j < x.length; j++) {
            dx[j] = dx[j] == 0 ? 0 : -dx[j] * (x[j] - lse + entropy);
        }
        return dx;
    }

    /** Cross entropy of a label. */
    static float loss(float[] x, int label) {
        return -logSoftmax(x)[label];
    }

    /** Cross entropy's gradient, from the logits alone. */
    static float[] lossGradient(float[] x, int label) {
        float[] dx = softmax(x);
        dx[label] -= 1;
        return dx;
    }

    /** Cross entropy's gradient, from the saved lse. */
    static float[] lossBackward(float[] x, int label) {
        float[] dx = logSumExpBackward(x);
        dx[label] -= 1;
        return dx;
    }

    /** The gradient of a selected log-probability, from the saved lse. */
    static float[] selectedLogProbBackward(float[] x, int label) {
        float[] dx = lossBackward(x, label);
        for (int j = 0; j < x.length; j++) {
            dx[j] = -dx[j];
        }
        return dx;
    }

    /** KL(P || Q) of softmax(teacher / T) and softmax(student / T). */
    static float divergence(float[] student, float[] teacher, float temperature) {
        float[] p = softmax(divided(teacher, temperature));
        float[] logP = logSoftmax(divided(teacher, temperature));
        float[] logQ = logSoftmax(divided(student, temperature));
        float sum = 0;
        for (int j = 0; j < p.length; j++) {
            sum += p[j] == 0 ? 0 : p[j] * (logP[j] - logQ[j]);
        }
        return sum;
    }

    /** (Q - P) / T. */
    static float[] divergenceGradient(float[] student, float[] teacher, float temperature) {
        float[] p = softmax(divided(teacher, temperature));
        float[] q = softmax(divided(student, temperature));
        float[] dx = new float[p.length];
        for (int j = 0; j < p.length; j++) {
            dx[j] = (q[j] - p[j]) / temperature;
        }
        return dx;
    }

    private static float[] divided(float[] x, float temperature) {
        float[] z = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            z[j] = x[j] / temperature;
        }
        return z;
    }

    private static float max(float[] x) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : x) {
            max = Math.max(max, value);
        }
        return max;
    }

    private static float sumExp(float[] x, float max) {
        float sum = 0;
        for (float value : x) {
            sum += (float) Math.exp(value - max);
        }
        return sum;
    }
}
