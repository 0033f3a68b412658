/**
 * Softmax, log-softmax and fused softmax cross entropy, forward and backward, on NVIDIA GPUs and in a CPU mode. Start at
 * {@link io.github.logitops.LogitOps}.
 */
@SuppressWarnings("requires-automatic") // JCuda has no module descriptors
module io.github.logitops {
    requires dev.ludovic.netlib.blas;
    requires jcublas;
    requires java.logging;
    requires jcuda;
    requires org.slf4j;

    exports io.github.logitops;
    exports io.github.logitops.memory;
    exports io.github.logitops.spec;
}
