package io.github.logitops.op;

import io.github.logitops.memory.Stream;

/**
 * What carries ops out: the high seam, where ops have their meaning and no mechanics. Problems are valid by construction, so
 * nothing is checked here again. Each call queues its work on the stream and returns; it allocates nothing on the device.
 */
public interface Executor {
    /** Softmax or log-softmax. */
    void run(SoftmaxForward problem, Stream stream);

    /** The gradient of softmax or log-softmax. */
    void run(SoftmaxBackward problem, Stream stream);

    /** Softmax of what a mask leaves. Its gradient is that of softmax. */
    void run(MaskedSoftmaxForward problem, Stream stream);

    /** The log-sum-exp of each row. */
    void run(LogSumExpForward problem, Stream stream);

    /** Its gradient. */
    void run(LogSumExpBackward problem, Stream stream);

    /** The log-probability of each row's label. */
    void run(SelectedLogProbForward problem, Stream stream);

    /** Its gradient. */
    void run(SelectedLogProbBackward problem, Stream stream);

    /** The entropy of each row. */
    void run(EntropyForward problem, Stream stream);

    /** Its gradient. */
    void run(EntropyBackward problem, Stream stream);

    /** Row losses and the loss of a distillation. */
    void run(DistillationForward problem, Stream stream);

    /** The same and the student's gradient in one go. */
    void run(DistillationFused problem, Stream stream);

    /** Row losses, log-sum-exps and the loss. */
    void run(CrossEntropyForward problem, Stream stream);

    /** The gradient, from the statistics that the forward op left. */
    void run(CrossEntropyBackward problem, Stream stream);

    /** Row losses, the loss and the gradient in one go. */
    void run(CrossEntropyFused problem, Stream stream);

    /** The sums over one shard of the classes. */
    void run(CrossEntropyPartials problem, Stream stream);

    /** Row losses, log-sum-exps and the loss, from the sums over all shards. */
    void run(CrossEntropyCombine problem, Stream stream);
}
