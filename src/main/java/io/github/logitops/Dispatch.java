package io.github.logitops;

import io.github.logitops.memory.DeviceMemory;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.Executor;
import io.github.logitops.op.Problem;
import io.github.logitops.op.ResultBuffers;
import io.github.logitops.op.ResultPart;
import io.github.logitops.spec.Arguments;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;
import java.util.List;
import java.util.Set;

/** From a valid problem to the executor that carries it out: sees that all of it is of one session, and in use meanwhile. */
record Dispatch(DeviceMemory memory, Executor executor) {
    /** Queues an op's work. */
    void run(Problem problem, Stream stream) {
        memory.use(requireOneSession(problem, stream), stream, () -> executor.run(problem, stream));
    }

    /** The same of an op on a result, after all that has been queued on it before, on whichever stream. */
    void run(Problem problem, ResultStreams result, Stream stream) {
        memory.use(requireOneSession(problem, stream), stream, () -> {
            result.useOn(stream);
            executor.run(problem, stream);
        });
    }

    /** The same of an op that fills the result. */
    void fill(Problem problem, ResultStreams result, Stream stream) {
        memory.use(
                requireOneSession(problem, stream),
                stream,
                () -> result.fillOn(stream, () -> executor.run(problem, stream)));
    }

    /** Empty buffers of a result whose first op will run on {@code stream}. */
    ResultBuffers newBuffers(String op, DType logits, Shape rows, Set<ResultPart> parts, Stream stream) {
        requireNotCapturing(op, stream);
        requireOneSession(op, stream);
        return ResultBuffers.allocate(memory, logits, rows, parts, stream);
    }

    /** Before anything is allocated, which would break a capture. */
    static void requireNotCapturing(String call, Stream stream) {
        if (Arguments.notNull(call, "stream", stream).isCapturing()) {
            throw new IllegalStateException(call + ": a form that allocates cannot be captured: stream=" + stream);
        }
    }

    /** Loads what these ops need, or all if there is none. */
    void load(DType logits, Axis axis, Op... ops) {
        if (!Arguments.notNull("warmUp", "logits", logits).isFloating()) {
            throw new IllegalArgumentException("warmUp: logits must be floating-point: logits=" + logits);
        }
        Arguments.notNull("warmUp", "axis", axis);
        for (Op op : Arguments.notNull("warmUp", "ops", ops).length == 0 ? Op.values() : ops) {
            executor.load(Arguments.notNull("warmUp", "op", op), logits, axis);
        }
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
        requireOneSession(problem.op(), stream);
        return tensors;
    }

    private void requireOneSession(String op, Stream stream) {
        if (!memory.made(stream)) {
            throw new IllegalArgumentException(op + ": op and stream must come from one session: stream=" + stream);
        }
    }
}
