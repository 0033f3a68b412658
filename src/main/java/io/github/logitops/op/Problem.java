package io.github.logitops.op;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import java.util.List;

/** An op with its tensors and numbers. One that exists is valid: the constructors check everything that a host can know. */
public sealed interface Problem
        permits SoftmaxForward,
                SoftmaxBackward,
                MaskedSoftmaxForward,
                LogSumExpForward,
                LogSumExpBackward,
                SelectedLogProbForward,
                SelectedLogProbBackward,
                EntropyForward,
                EntropyBackward,
                DistillationForward,
                DistillationFused,
                CrossEntropyForward,
                CrossEntropyBackward,
                CrossEntropyFused,
                CrossEntropyPartials,
                CrossEntropyCombine {
    /** The op as error messages call it, such as {@code softmax.forward}. */
    String op();

    /** Every tensor it reads or writes. */
    List<Tensor> tensors();

    /** Hands this problem to the method of {@code executor} that is for it. */
    void runOn(Executor executor, Stream stream);
}
