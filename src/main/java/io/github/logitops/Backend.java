package io.github.logitops;

/** Where a session's tensors live and its ops run. */
public enum Backend {
    /** CUDA if it runs here, else CPU: decided once, when the session opens, with a reason. */
    AUTO,
    /** An NVIDIA GPU. */
    CUDA,
    /** The CPU mode: the same results on any machine; the reference of the tests. */
    CPU
}
