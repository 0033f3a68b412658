package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.MemoryStatistics;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Executor;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.pool.DeviceMemory;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a {@link LogitOps} and its ops have in common: the session's memory, and the executor that problems go to, once all of their
 * tensors are known to be of this session, and in use meanwhile. Out of reach with all of those, it counts as dropped.
 */
final class Session implements AutoCloseable {
    private final DeviceMemory memory;
    private final Executor executor;

    Session(DeviceMemory memory, Executor executor) {
        this.memory = memory;
        this.executor = executor;
        memory.closeWithout(this);
    }

    /** What {@code make} makes of this session's memory, in one call: whoever closes the session waits for the end of it. */
    <R> R make(Function<DeviceMemory, R> make) {
        try {
            return memory.during(() -> make.apply(memory));
        } finally {
            Reference.reachabilityFence(this); // a session out of reach makes nothing any more
        }
    }

    /** What is held on the device at this moment. */
    MemoryStatistics statistics() {
        return memory.statistics();
    }

    /** A call on a stream of its own. */
    <R> R onOwnStream(Function<Stream, R> call) {
        return make(from -> from.onOwnStream(call));
    }

    /** A new tensor with undefined content. */
    Tensor empty(DType dtype, Layout layout) {
        return make(from -> from.allocate(dtype, layout));
    }

    /** Whether the device can use arrays of callers as they are. */
    boolean lends() {
        return memory.lends();
    }

    /** A caller's memory as a tensor, to be given back by its address when that is closed; null if the device cannot use it. */
    Tensor lend(HostTensor memory) {
        return make(from -> from.lend(memory));
    }

    /** Ends what {@link #lend} began. */
    void takeBack(long address) {
        memory.takeBack(address);
    }

    /** A new tensor without padding that {@code fill} was called on. */
    Tensor filled(String call, DType dtype, Shape shape, Stream stream, Consumer<Tensor> fill) {
        Arguments.notNull(call, "dtype", dtype);
        return filled(call, stream, () -> empty(dtype, Layout.dense(shape)), fill);
    }

    /** What was {@code made}, once {@code fill} was called on it; closed if that fails. One call on {@code stream}. */
    <R extends AutoCloseable> R filled(String call, Stream stream, Supplier<R> made, Consumer<R> fill) {
        requireNotCapturing(call, stream);
        return make(from -> stream.during(() -> Resources.filled(made.get(), fill)));
    }

    /** Empty buffers of a result whose first op will run on {@code stream}. */
    ResultBuffers newBuffers(String op, DType logits, Shape rows, Set<ResultPart> parts, Stream stream) {
        return make(from -> {
            requireNotCapturing(op, stream);
            requireMadeHere(op, stream);
            return ResultBuffers.allocate(from, logits, rows, parts, stream);
        });
    }

    /** Before anything is allocated, which would break a capture. */
    private static void requireNotCapturing(String call, Stream stream) {
        if (Arguments.notNull(call, "stream", stream).isCapturing()) {
            throw new IllegalStateException(call + ": a form that allocates cannot be captured: stream=" + stream);
        }
    }

    /** Queues an op's work. */
    void run(Problem problem, Stream stream) {
        memory.use(requireOneSession(problem, stream), stream, () -> carryOut(problem, stream));
    }

    /** The same of an op on a result, after all that has been queued on it before, on whichever stream. */
    void run(Problem problem, ResultStreams result, Stream stream) {
        memory.use(requireOneSession(problem, stream), stream, () -> {
            result.useOn(stream);
            carryOut(problem, stream);
        });
    }

    /** The same of an op that fills the result. */
    void fill(Problem problem, ResultStreams result, Stream stream) {
        memory.use(
                requireOneSession(problem, stream),
                stream,
                () -> result.fillOn(stream, () -> carryOut(problem, stream)));
    }

    private void carryOut(Problem problem, Stream stream) {
        for (Problem step : problem.steps()) {
            executor.run(step, stream);
        }
    }

    /**
     * What products of matrices need beside them, in bytes.
     *
     * @throws io.github.logitops.memory.DriverException with the plain reason if this backend has none here
     */
    long productBytes() {
        return make(from -> executor.productBytes());
    }

    /** Loads what these ops need, or all if there is none. */
    void load(DType logits, Axis axis, Op... ops) {
        make(from -> {
            if (!Arguments.notNull("warmUp", "logits", logits).isFloating()) {
                throw new IllegalArgumentException("warmUp: logits must be floating-point: logits=" + logits);
            }
            Arguments.notNull("warmUp", "axis", axis);
            for (Op op : Arguments.notNull("warmUp", "ops", ops).length == 0 ? Op.values() : ops) {
                executor.load(Arguments.notNull("warmUp", "op", op), logits, axis);
            }
            return null;
        });
    }

    /** The problem's tensors. */
    private List<Tensor> requireOneSession(Problem problem, Stream stream) {
        Arguments.notNull(problem.op(), "stream", stream).requireOpen();
        List<Tensor> tensors = problem.tensors();
        for (Tensor tensor : tensors) {
            if (!tensor.belongsWith(stream)) {
                throw new IllegalArgumentException(problem.op()
                        + ": tensors and stream must come from one session: tensor=" + tensor + ", stream=" + stream);
            }
        }
        requireMadeHere(problem.op(), stream);
        return tensors;
    }

    /** Throws unless the stream is of this session. */
    void requireMadeHere(String op, Stream stream) {
        if (!memory.made(Arguments.notNull(op, "stream", stream))) {
            throw new IllegalArgumentException(op + ": op and stream must come from one session: stream=" + stream);
        }
    }

    /** Waits for the calls of other threads and for all work, and gives everything back. */
    @Override
    public void close() {
        try {
            memory.close();
        } finally {
            Reference.reachabilityFence(this); // else it may count as dropped
        }
    }
}
