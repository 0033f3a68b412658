/**
 * Plain values that say what is to be done: no memory, no device. Start at {@link io.github.logitops.spec.Shape} and
 * {@link io.github.logitops.spec.DType}.
 *
 * <p><i>Tensors</i>: {@link io.github.logitops.spec.DType}, {@link io.github.logitops.spec.Shape},
 * {@link io.github.logitops.spec.Layout} (a shape whose rows may be padded), {@link io.github.logitops.spec.Axis}.
 * <i>Options of ops</i>, immutable, with {@code defaults()} and {@code with...}:
 * {@link io.github.logitops.spec.CrossEntropyOptions}, {@link io.github.logitops.spec.DistillationOptions},
 * {@link io.github.logitops.spec.SelectedLogProbOptions}, {@link io.github.logitops.spec.SigmoidCrossEntropyOptions}, and what these
 * choose from. {@link io.github.logitops.spec.Op} names the
 * ops.
 */
package io.github.logitops.spec;
