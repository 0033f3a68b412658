package io.github.logitops;

/** Where a session's tensors live and its ops run. */
public enum Backend {
    /** CUDA if it runs here, else CPU: decided once, when the session opens, with a reason. */
    AUTO,
    /**
     * An NVIDIA GPU. It needs one class loader for the life of the virtual machine: the first that loads JCuda's native libraries
     * keeps them, and a second, such as that of an application that its container deploys anew, cannot have them. Containers keep
     * JCuda and LogitOps in the loader that applications share.
     */
    CUDA,
    /** The CPU mode: the same results on any machine; the reference of the tests. */
    CPU
}
