package io.github.logitops;

/**
 * Targets of a cross entropy in arrays of the host.
 *
 * @param areLabels which of the two they are
 * @param labels a class for each row
 * @param probabilities for each row a number for each class
 */
record HostTargets<A>(boolean areLabels, HostLabels labels, A probabilities) {
    static <A> HostTargets<A> of(int[] labels) {
        return new HostTargets<>(true, HostLabels.of(labels), null);
    }

    static <A> HostTargets<A> of(long[] labels) {
        return new HostTargets<>(true, HostLabels.of(labels), null);
    }

    static HostTargets<float[]> of(float[] probabilities) {
        return new HostTargets<>(false, null, probabilities);
    }

    static HostTargets<double[]> of(double[] probabilities) {
        return new HostTargets<>(false, null, probabilities);
    }
}
