/**
 * Softmax, log-softmax and fused softmax cross entropy on NVIDIA GPUs and in a CPU mode. Start at {@link io.github.logitops.LogitOps}.
 *
 * <p><i>Session</i>: {@link io.github.logitops.LogitOps} opens a {@link io.github.logitops.Backend} as
 * {@link io.github.logitops.OpenOptions} say, tells which in a {@link io.github.logitops.BackendReport}, and makes ops, tensors and
 * streams.
 *
 * <p><i>Ops</i>, cheap to make and shared by threads: {@link io.github.logitops.Softmax}, {@link io.github.logitops.LogSoftmax},
 * {@link io.github.logitops.MaskedSoftmax}, {@link io.github.logitops.LogSumExp}, {@link io.github.logitops.Entropy},
 * {@link io.github.logitops.SelectedLogProb}, {@link io.github.logitops.CrossEntropy} and its
 * {@link io.github.logitops.CrossEntropyShard}, {@link io.github.logitops.Distillation}, and for labels that do not exclude each other
 * {@link io.github.logitops.Sigmoid}, {@link io.github.logitops.LogSigmoid} and {@link io.github.logitops.SigmoidCrossEntropy}. Each
 * has forms on tensors, which wait for nothing, and on host arrays, which return new ones.
 *
 * <p><i>Results</i> on the device, filled by ops again and again ({@code ...Result}), and on the host ({@code ...Loss},
 * {@code ...Gradient}).
 *
 * <p>Tensors and streams are in {@link io.github.logitops.memory}; dtypes, shapes and options in {@link io.github.logitops.spec}.
 */
package io.github.logitops;
