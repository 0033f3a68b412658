package io.github.logitops.cli.bench;

import io.github.logitops.memory.Tensor;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/**
 * An op made ready for a workload, with results of its own.
 *
 * @param call queues it on a set of tensors
 * @param written where it puts what it writes for a row of set 0: a tensor to be closed
 * @param meaning of the numbers there, as {@link BenchOp#exact} has them
 */
record Prepared(IntConsumer call, LongFunction<Tensor> written, UnaryOperator<double[]> meaning) {
    /** An op that writes rows of the workload's outputs. */
    static Prepared rows(Workload workload, IntConsumer call) {
        return new Prepared(call, row -> workload.row(workload.output(0), row), values -> values);
    }

    /** An op that writes a number for each row into {@code numbers}. */
    static Prepared numbers(Workload workload, Tensor numbers, IntConsumer call) {
        return new Prepared(call, row -> workload.number(numbers, row), values -> values);
    }
}
