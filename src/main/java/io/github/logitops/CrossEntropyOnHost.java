package io.github.logitops;

import static io.github.logitops.HostForm.DOUBLES;
import static io.github.logitops.HostForm.FLOATS;
import static io.github.logitops.HostTargets.of;

import io.github.logitops.memory.GradScale;
import io.github.logitops.spec.Shape;

/** Cross entropy's forms on arrays of the host. */
abstract class CrossEntropyOnHost {
    abstract <A> CrossEntropyLoss<A> lossOf(HostForm<A> form, A logits, HostTargets<A> targets, A weights, Shape shape);

    abstract <A> CrossEntropyGradient<A> gradientOf(
            HostForm<A> form, A logits, HostTargets<A> targets, A weights, GradScale gradScale, Shape shape);

    /** As {@link #forward(float[], int[], float[], Shape)}, without class weights. */
    public CrossEntropyLoss<float[]> forward(float[] logits, int[] labels, Shape shape) {
        return lossOf(FLOATS, logits, of(labels), null, shape);
    }

    /**
     * The loss of F32 logits on the host, without padding. Waits.
     *
     * @param weights of classes; null for 1 each
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public CrossEntropyLoss<float[]> forward(float[] logits, int[] labels, float[] weights, Shape shape) {
        return lossOf(FLOATS, logits, of(labels), weights, shape);
    }

    /** As {@link #forward(float[], int[], float[], Shape)}, with labels of 64 bits, without class weights. */
    public CrossEntropyLoss<float[]> forward(float[] logits, long[] labels, Shape shape) {
        return lossOf(FLOATS, logits, of(labels), null, shape);
    }

    /** As {@link #forward(float[], int[], float[], Shape)}, with labels of 64 bits. */
    public CrossEntropyLoss<float[]> forward(float[] logits, long[] labels, float[] weights, Shape shape) {
        return lossOf(FLOATS, logits, of(labels), weights, shape);
    }

    /** As {@link #forward(float[], int[], float[], Shape)}, in F64, without class weights. */
    public CrossEntropyLoss<double[]> forward(double[] logits, int[] labels, Shape shape) {
        return lossOf(DOUBLES, logits, of(labels), null, shape);
    }

    /** As {@link #forward(float[], int[], float[], Shape)}, in F64. */
    public CrossEntropyLoss<double[]> forward(double[] logits, int[] labels, double[] weights, Shape shape) {
        return lossOf(DOUBLES, logits, of(labels), weights, shape);
    }

    /** As {@link #forward(float[], int[], float[], Shape)}, in F64, with labels of 64 bits, without class weights. */
    public CrossEntropyLoss<double[]> forward(double[] logits, long[] labels, Shape shape) {
        return lossOf(DOUBLES, logits, of(labels), null, shape);
    }

    /** As {@link #forward(float[], int[], float[], Shape)}, in F64, with labels of 64 bits. */
    public CrossEntropyLoss<double[]> forward(double[] logits, long[] labels, double[] weights, Shape shape) {
        return lossOf(DOUBLES, logits, of(labels), weights, shape);
    }

    /** As {@link #forward(float[], float[], float[], Shape)}, without class weights. */
    public CrossEntropyLoss<float[]> forward(float[] logits, float[] targets, Shape shape) {
        return lossOf(FLOATS, logits, of(targets), null, shape);
    }

    /**
     * The loss of F32 logits on the host with probabilities as targets, neither padded; the arrays are left as they are. Waits.
     *
     * @param weights of classes; null for 1 each
     * @throws IllegalArgumentException if shapes and array lengths do not agree; nothing has run then
     */
    public CrossEntropyLoss<float[]> forward(float[] logits, float[] targets, float[] weights, Shape shape) {
        return lossOf(FLOATS, logits, of(targets), weights, shape);
    }

    /** As {@link #forward(float[], float[], float[], Shape)}, in F64, without class weights. */
    public CrossEntropyLoss<double[]> forward(double[] logits, double[] targets, Shape shape) {
        return lossOf(DOUBLES, logits, of(targets), null, shape);
    }

    /** As {@link #forward(float[], float[], float[], Shape)}, in F64. */
    public CrossEntropyLoss<double[]> forward(double[] logits, double[] targets, double[] weights, Shape shape) {
        return lossOf(DOUBLES, logits, of(targets), weights, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, without class weights and scale. */
    public CrossEntropyGradient<float[]> forwardBackward(float[] logits, int[] labels, Shape shape) {
        return gradientOf(FLOATS, logits, of(labels), null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, without scale. */
    public CrossEntropyGradient<float[]> forwardBackward(float[] logits, int[] labels, float[] weights, Shape shape) {
        return gradientOf(FLOATS, logits, of(labels), weights, GradScale.ONE, shape);
    }

    /**
     * Loss and gradient of F32 logits on the host, without padding; the arrays are left as they are. Waits. (There is no form
     * for the gradient alone: on the host, nothing would be saved by it.)
     *
     * @param weights of classes; null for 1 each
     * @param gradScale what the gradient is multiplied by; not the loss
     * @throws IllegalArgumentException if a label is out of range, or shapes and array lengths do not agree; nothing has run then
     */
    public CrossEntropyGradient<float[]> forwardBackward(
            float[] logits, int[] labels, float[] weights, GradScale gradScale, Shape shape) {
        return gradientOf(FLOATS, logits, of(labels), weights, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, with labels of 64 bits, without class weights and scale. */
    public CrossEntropyGradient<float[]> forwardBackward(float[] logits, long[] labels, Shape shape) {
        return gradientOf(FLOATS, logits, of(labels), null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, with labels of 64 bits, without scale. */
    public CrossEntropyGradient<float[]> forwardBackward(float[] logits, long[] labels, float[] weights, Shape shape) {
        return gradientOf(FLOATS, logits, of(labels), weights, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, with labels of 64 bits. */
    public CrossEntropyGradient<float[]> forwardBackward(
            float[] logits, long[] labels, float[] weights, GradScale gradScale, Shape shape) {
        return gradientOf(FLOATS, logits, of(labels), weights, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, in F64, without class weights and scale. */
    public CrossEntropyGradient<double[]> forwardBackward(double[] logits, int[] labels, Shape shape) {
        return gradientOf(DOUBLES, logits, of(labels), null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, in F64, without scale. */
    public CrossEntropyGradient<double[]> forwardBackward(
            double[] logits, int[] labels, double[] weights, Shape shape) {
        return gradientOf(DOUBLES, logits, of(labels), weights, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, in F64. */
    public CrossEntropyGradient<double[]> forwardBackward(
            double[] logits, int[] labels, double[] weights, GradScale gradScale, Shape shape) {
        return gradientOf(DOUBLES, logits, of(labels), weights, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, in F64, with labels of 64 bits, without class weights and scale. */
    public CrossEntropyGradient<double[]> forwardBackward(double[] logits, long[] labels, Shape shape) {
        return gradientOf(DOUBLES, logits, of(labels), null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, in F64, with labels of 64 bits, without scale. */
    public CrossEntropyGradient<double[]> forwardBackward(
            double[] logits, long[] labels, double[] weights, Shape shape) {
        return gradientOf(DOUBLES, logits, of(labels), weights, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], int[], float[], GradScale, Shape)}, in F64, with labels of 64 bits. */
    public CrossEntropyGradient<double[]> forwardBackward(
            double[] logits, long[] labels, double[] weights, GradScale gradScale, Shape shape) {
        return gradientOf(DOUBLES, logits, of(labels), weights, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], GradScale, Shape)}, without class weights and scale. */
    public CrossEntropyGradient<float[]> forwardBackward(float[] logits, float[] targets, Shape shape) {
        return gradientOf(FLOATS, logits, of(targets), null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], GradScale, Shape)}, without scale. */
    public CrossEntropyGradient<float[]> forwardBackward(
            float[] logits, float[] targets, float[] weights, Shape shape) {
        return gradientOf(FLOATS, logits, of(targets), weights, GradScale.ONE, shape);
    }

    /**
     * Loss and gradient of F32 logits on the host with probabilities as targets, neither padded; the arrays are left as they are. Waits.
     *
     * @param weights of classes; null for 1 each
     * @throws IllegalArgumentException if shapes and array lengths do not agree; nothing has run then
     */
    public CrossEntropyGradient<float[]> forwardBackward(
            float[] logits, float[] targets, float[] weights, GradScale gradScale, Shape shape) {
        return gradientOf(FLOATS, logits, of(targets), weights, gradScale, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], GradScale, Shape)}, in F64, without class weights and scale. */
    public CrossEntropyGradient<double[]> forwardBackward(double[] logits, double[] targets, Shape shape) {
        return gradientOf(DOUBLES, logits, of(targets), null, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], GradScale, Shape)}, in F64, without scale. */
    public CrossEntropyGradient<double[]> forwardBackward(
            double[] logits, double[] targets, double[] weights, Shape shape) {
        return gradientOf(DOUBLES, logits, of(targets), weights, GradScale.ONE, shape);
    }

    /** As {@link #forwardBackward(float[], float[], float[], GradScale, Shape)}, in F64. */
    public CrossEntropyGradient<double[]> forwardBackward(
            double[] logits, double[] targets, double[] weights, GradScale gradScale, Shape shape) {
        return gradientOf(DOUBLES, logits, of(targets), weights, gradScale, shape);
    }
}
