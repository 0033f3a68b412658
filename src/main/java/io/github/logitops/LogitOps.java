package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.MemoryStatistics;
import io.github.logitops.memory.Stream;
import io.github.logitops.pool.DeviceMemory;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session on one device: makes tensors, streams and ops. Start here:
 *
 * <pre>{@code
 * try (LogitOps ops = LogitOps.open(Backend.AUTO)) {
 *   float[] y = ops.softmax().forward(logits, Shape.of(rows, classes));
 * }
 * }</pre>
 *
 * <p>May be shared by threads, and closed by any: the close waits for calls under way in others and for all work, and gives back
 * all that the session made; calls that begin meanwhile or later are refused with an {@link IllegalStateException}. What was not
 * closed before is reported as a leak, and so is a dropped session: it is closed once its last tensor and stream are, or dropped.
 */
public final class LogitOps extends TensorFactory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogitOps.class);

    private final BackendReport report;
    private final OpenOptions options;

    private LogitOps(Opening on, Session session) {
        super(session);
        this.report = on.report();
        this.options = on.options();
    }

    /** As {@link #open(Backend, OpenOptions)}, with the defaults. */
    public static LogitOps open(Backend backend) {
        return open(backend, OpenOptions.defaults());
    }

    /**
     * Opens a session. {@link Backend#AUTO} decides here, once; CUDA failing later is an exception, never a silent fallback.
     *
     * <p>A CUDA session needs the device's primary context, made for its first user in the process and destroyed after the last. Each
     * took 0.3 to 1 s on an H100 (2026-11-26, the contract tests at commit 806821c), and kernels are loaded anew. So share one session;
     * where sessions come and go, let another, CUDA's runtime or PyTorch hold the context meanwhile.
     *
     * @throws BackendUnavailableException if CUDA was asked for and does not run here
     */
    public static LogitOps open(Backend backend, OpenOptions options) {
        Arguments.notNull("open", "backend", backend);
        Arguments.notNull("open", "options", options);
        return over(Opening.of(backend, options));
    }

    /** A session on any driver: the seam that tests use. */
    static LogitOps over(Opening on) {
        OpenOptions options = on.options();
        try {
            DeviceMemory memory = new DeviceMemory(
                    on.driver(), options.memoryLimitBytes(), options.cacheLimitBytes(), options.leakTracking());
            LOG.info("{}", on.report());
            return new LogitOps(on, new Session(memory, on.executor()));
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, List.of(on.driver()));
            throw e;
        }
    }

    /** Which backend this session runs on, and why. */
    public BackendReport backendReport() {
        return report;
    }

    /** What this session was opened with; of the CPU mode with a cache limit of 0, as it caches nothing. */
    public OpenOptions options() {
        return options;
    }

    /** What this session holds on the device at this moment. */
    public MemoryStatistics memoryStatistics() {
        return session.statistics();
    }

    /**
     * Loads what these ops, or all if none is named, need of the device, so that no first call waits for it. Without this a first call
     * loads its own kernels: some tenths of a second each, in which the driver compiles them, unless its cache has them.
     *
     * @param logits their dtype
     * @param axis where their classes are; {@link Axis#LAST}, and others alike, by how rows lie
     */
    public void warmUp(DType logits, Axis axis, Op... ops) {
        session.load(logits, axis, ops);
    }

    /** Softmax along the last axis. */
    public Softmax softmax() {
        return softmax(Axis.LAST);
    }

    /** Softmax along {@code axis}. */
    public Softmax softmax(Axis axis) {
        return new Softmax(session, axis);
    }

    /** Softmax along dimension {@code axis}, counted as {@link Axis#of} does: -1 is the last. */
    public Softmax softmax(int axis) {
        return softmax(Axis.of(axis));
    }

    /** Log-softmax along the last axis. */
    public LogSoftmax logSoftmax() {
        return logSoftmax(Axis.LAST);
    }

    /** Log-softmax along {@code axis}. */
    public LogSoftmax logSoftmax(Axis axis) {
        return new LogSoftmax(session, axis);
    }

    /** Log-softmax along dimension {@code axis}. */
    public LogSoftmax logSoftmax(int axis) {
        return logSoftmax(Axis.of(axis));
    }

    /** Masked softmax along the last axis: of attention scores. */
    public MaskedSoftmax maskedSoftmax() {
        return maskedSoftmax(Axis.LAST);
    }

    /** Masked softmax along {@code axis}. */
    public MaskedSoftmax maskedSoftmax(Axis axis) {
        return new MaskedSoftmax(session, axis);
    }

    /** Masked softmax along dimension {@code axis}. */
    public MaskedSoftmax maskedSoftmax(int axis) {
        return maskedSoftmax(Axis.of(axis));
    }

    /** Log-sum-exp along the last axis. */
    public LogSumExp logSumExp() {
        return logSumExp(Axis.LAST);
    }

    /** Log-sum-exp along {@code axis}. */
    public LogSumExp logSumExp(Axis axis) {
        return new LogSumExp(session, axis);
    }

    /** Log-sum-exp along dimension {@code axis}. */
    public LogSumExp logSumExp(int axis) {
        return logSumExp(Axis.of(axis));
    }

    /** Log-probabilities of labels, with the classes along the last axis. */
    public SelectedLogProb selectedLogProb(SelectedLogProbOptions options) {
        return selectedLogProb(options, Axis.LAST);
    }

    /** Log-probabilities of labels, with the classes along {@code axis}. */
    public SelectedLogProb selectedLogProb(SelectedLogProbOptions options, Axis axis) {
        return new SelectedLogProb(session, options, axis);
    }

    /** Log-probabilities of labels, with the classes along dimension {@code axis}. */
    public SelectedLogProb selectedLogProb(SelectedLogProbOptions options, int axis) {
        return selectedLogProb(options, Axis.of(axis));
    }

    /** Entropy of softmax along the last axis. */
    public Entropy entropy() {
        return entropy(Axis.LAST);
    }

    /** Entropy of softmax along {@code axis}. */
    public Entropy entropy(Axis axis) {
        return new Entropy(session, axis);
    }

    /** Entropy of softmax along dimension {@code axis}. */
    public Entropy entropy(int axis) {
        return entropy(Axis.of(axis));
    }

    /** Distillation with the classes along the last axis. */
    public Distillation distillation(DistillationOptions options) {
        return distillation(options, Axis.LAST);
    }

    /** Distillation with the classes along {@code axis}. */
    public Distillation distillation(DistillationOptions options, Axis axis) {
        return new Distillation(session, options, axis);
    }

    /** Distillation with the classes along dimension {@code axis}. */
    public Distillation distillation(DistillationOptions options, int axis) {
        return distillation(options, Axis.of(axis));
    }

    /** Cross entropy with the classes along the last axis. */
    public CrossEntropy crossEntropy(CrossEntropyOptions options) {
        return crossEntropy(options, Axis.LAST);
    }

    /** Cross entropy with the classes along {@code axis}; PyTorch and ONNX have them along axis 1. */
    public CrossEntropy crossEntropy(CrossEntropyOptions options, Axis axis) {
        return new CrossEntropy(session, options, axis);
    }

    /** Cross entropy with the classes along dimension {@code axis}. */
    public CrossEntropy crossEntropy(CrossEntropyOptions options, int axis) {
        return crossEntropy(options, Axis.of(axis));
    }

    /** As {@link #linearCrossEntropy(CrossEntropyOptions, RowChunks)}, with a quarter of all rows at a time, and at least 2048. */
    public LinearCrossEntropy linearCrossEntropy(CrossEntropyOptions options) {
        return linearCrossEntropy(options, RowChunks.defaults());
    }

    /**
     * Cross entropy of logits that a linear layer makes, without all of them being there at once.
     *
     * @param chunks how many rows of logits there are at a time
     * @throws BackendUnavailableException on CUDA, where cuBLAS does not run here
     */
    public LinearCrossEntropy linearCrossEntropy(CrossEntropyOptions options, RowChunks chunks) {
        return new LinearCrossEntropy(session, options, chunks);
    }

    /** As {@link #linearSelectedLogProb(SelectedLogProbOptions, RowChunks)}, with a quarter of all rows at a time, and at least 2048. */
    public LinearSelectedLogProb linearSelectedLogProb(SelectedLogProbOptions options) {
        return linearSelectedLogProb(options, RowChunks.defaults());
    }

    /**
     * Log-probabilities of labels by logits that a linear layer makes, without all of them being there at once.
     *
     * @param chunks how many rows of logits there are at a time
     * @throws BackendUnavailableException on CUDA, where cuBLAS does not run here
     */
    public LinearSelectedLogProb linearSelectedLogProb(SelectedLogProbOptions options, RowChunks chunks) {
        return new LinearSelectedLogProb(session, options, chunks);
    }

    /** Sigmoid, element by element. */
    public Sigmoid sigmoid() {
        return new Sigmoid(session);
    }

    /** Log-sigmoid, element by element. */
    public LogSigmoid logSigmoid() {
        return new LogSigmoid(session);
    }

    /** Sigmoid cross entropy, for labels that do not exclude each other, with classes along the last axis. */
    public SigmoidCrossEntropy sigmoidCrossEntropy(SigmoidCrossEntropyOptions options) {
        return sigmoidCrossEntropy(options, Axis.LAST);
    }

    /** The same with classes along {@code axis}. */
    public SigmoidCrossEntropy sigmoidCrossEntropy(SigmoidCrossEntropyOptions options, Axis axis) {
        return new SigmoidCrossEntropy(session, options, axis);
    }

    /** The same with classes along dimension {@code axis}. */
    public SigmoidCrossEntropy sigmoidCrossEntropy(SigmoidCrossEntropyOptions options, int axis) {
        return sigmoidCrossEntropy(options, Axis.of(axis));
    }

    /**
     * What {@code call} makes of memory of the host: arrays of any dtype, buffers and segments are tensors in it, and what it writes to
     * them is there when this returns. Waits. If it fails, what outputs hold is undefined.
     *
     * <pre>{@code
     * double loss = ops.onHost(host -> {
     *     Tensor x = host.inOut(HostTensor.of(logits, DType.BF16, shape)); // short[], which then holds the gradient
     *     Tensor y = host.in(HostTensor.of(labels)); // long[]
     *     return host.closing(crossEntropy.forwardBackward(x, y, x, host.stream())).await();
     * });
     * }</pre>
     *
     * @throws IllegalArgumentException if an op in it found a label out of range that nobody waited for before
     */
    public <R> R onHost(Function<HostCall, R> call) {
        return HostCall.of(session, Arguments.notNull("onHost", "call", call));
    }

    /** A new stream. Close it. */
    public Stream newStream() {
        return session.make(DeviceMemory::newStream);
    }

    /**
     * A stream of others, such as the CUDA stream of another library (0 is the default stream): ops queue their work on it, but it
     * is never destroyed here. Close it before the other library destroys it; closing waits for its work.
     *
     * @throws IllegalArgumentException if the device has no such stream
     */
    public Stream wrapStream(long handle) {
        return session.make(from -> from.wrapStream(handle));
    }

    /**
     * Waits for the calls of other threads and for all work, and gives everything back. Closing again does nothing.
     *
     * @throws IllegalArgumentException if an op found a label out of range and nobody waited before on a stream that is still open
     * @throws IllegalStateException if it is called in the midst of a call on this session
     */
    @Override
    public void close() {
        session.close();
    }
}
