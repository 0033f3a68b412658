package io.github.logitops;

import static io.github.logitops.HostForm.DOUBLES;
import static io.github.logitops.HostForm.FLOATS;

import io.github.logitops.memory.GradScale;
import io.github.logitops.spec.Shape;

/** Distillation's forms on arrays of the host. */
abstract class DistillationOnHost {
    abstract <A> DistillationLoss<A> lossOf(HostForm<A> form, A student, A teacher, HostLabels labels, Shape shape);

    abstract <A> DistillationGradient<A> gradientOf(
            HostForm<A> form, A student, A teacher, HostLabels labels, GradScale gradScale, Shape shape);

    /**
     * The loss of F32 logits on the host, without padding. Waits.
     *
     * @param labels a class for each row
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public DistillationLoss<float[]> forward(float[] student, float[] teacher, int[] labels, Shape shape) {
        return lossOf(FLOATS, student, teacher, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], float[], int[], Shape)}, with labels of 64 bits. */
    public DistillationLoss<float[]> forward(float[] student, float[] teacher, long[] labels, Shape shape) {
        return lossOf(FLOATS, student, teacher, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], float[], int[], Shape)}, without labels. */
    public DistillationLoss<float[]> forward(float[] student, float[] teacher, Shape shape) {
        return lossOf(FLOATS, student, teacher, null, shape);
    }

    /** As {@link #forward(float[], float[], int[], Shape)}, in F64. */
    public DistillationLoss<double[]> forward(double[] student, double[] teacher, int[] labels, Shape shape) {
        return lossOf(DOUBLES, student, teacher, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], float[], int[], Shape)}, in F64, with labels of 64 bits. */
    public DistillationLoss<double[]> forward(double[] student, double[] teacher, long[] labels, Shape shape) {
        return lossOf(DOUBLES, student, teacher, HostLabels.of(labels), shape);
    }

    /** As {@link #forward(float[], float[], int[], Shape)}, in F64, without labels. */
    public DistillationLoss<double[]> forward(double[] student, double[] teacher, Shape shape) {
        return lossOf(DOUBLES, student, teacher, null, shape);
    }

    /**
     * Loss and gradient of F32 logits on the host, without padding; the arrays are left as they are. Waits.
     *
     * @param labels a class for each row
     * @param gradScale what the gradient is multiplied by; not the loss
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public DistillationGradient<float[]> forwardBackward(
            float[] student, float[] teacher, int[] labels, GradScale gradScale, Shape shape) {
        return gradientOf(FLOATS, student, teacher, HostLabels.of(labels), gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, without scale. */
    public DistillationGradient<float[]> forwardBackward(float[] student, float[] teacher, int[] labels, Shape shape) {
        return gradientOf(FLOATS, student, teacher, HostLabels.of(labels), GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, with labels of 64 bits. */
    public DistillationGradient<float[]> forwardBackward(
            float[] student, float[] teacher, long[] labels, GradScale gradScale, Shape shape) {
        return gradientOf(FLOATS, student, teacher, HostLabels.of(labels), gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, with labels of 64 bits, without scale. */
    public DistillationGradient<float[]> forwardBackward(float[] student, float[] teacher, long[] labels, Shape shape) {
        return gradientOf(FLOATS, student, teacher, HostLabels.of(labels), GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, without labels. */
    public DistillationGradient<float[]> forwardBackward(
            float[] student, float[] teacher, GradScale gradScale, Shape shape) {
        return gradientOf(FLOATS, student, teacher, null, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, without labels, without scale. */
    public DistillationGradient<float[]> forwardBackward(float[] student, float[] teacher, Shape shape) {
        return gradientOf(FLOATS, student, teacher, null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, in F64. */
    public DistillationGradient<double[]> forwardBackward(
            double[] student, double[] teacher, int[] labels, GradScale gradScale, Shape shape) {
        return gradientOf(DOUBLES, student, teacher, HostLabels.of(labels), gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, in F64, without scale. */
    public DistillationGradient<double[]> forwardBackward(
            double[] student, double[] teacher, int[] labels, Shape shape) {
        return gradientOf(DOUBLES, student, teacher, HostLabels.of(labels), GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, in F64, with labels of 64 bits. */
    public DistillationGradient<double[]> forwardBackward(
            double[] student, double[] teacher, long[] labels, GradScale gradScale, Shape shape) {
        return gradientOf(DOUBLES, student, teacher, HostLabels.of(labels), gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, in F64, with labels of 64 bits, without scale. */
    public DistillationGradient<double[]> forwardBackward(
            double[] student, double[] teacher, long[] labels, Shape shape) {
        return gradientOf(DOUBLES, student, teacher, HostLabels.of(labels), GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, in F64, without labels. */
    public DistillationGradient<double[]> forwardBackward(
            double[] student, double[] teacher, GradScale gradScale, Shape shape) {
        return gradientOf(DOUBLES, student, teacher, null, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], int[], GradScale, Shape)}, in F64, without labels, without scale. */
    public DistillationGradient<double[]> forwardBackward(double[] student, double[] teacher, Shape shape) {
        return gradientOf(DOUBLES, student, teacher, null, GradScale.ONE, shape);
    }
}
