package io.github.logitops.spec;

/** What MEAN is where no row counts. The gradient is 0 either way. */
public enum EmptyMean {
    /** NaN, as in PyTorch and ONNX. */
    NAN,
    /** 0, as in TensorFlow's safe mean: a batch of padding alone does not end a training run. */
    ZERO;

    /** The number. */
    public double value() {
        return this == NAN ? Double.NaN : 0;
    }
}
