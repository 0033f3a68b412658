package io.github.logitops.cli.bench;

import java.util.function.ToLongFunction;

/**
 * What an op must move at least.
 *
 * @param ceiling the plain traffic that it is like: copy, triad or read
 * @param bytes how many bytes, on a shape
 */
record Traffic(String ceiling, ToLongFunction<BenchShape> bytes) {
    /**
     * So many tensors of logits' size that are read and written, and so many bytes for each row besides. Row losses,
     * log-sum-exps and labels count 4 bytes, but with F64 logits, whose bytes they hardly add to.
     */
    static Traffic of(int reads, int writes, int rowBytes) {
        String ceiling = writes == 0 ? "read" : reads == 2 ? "triad" : "copy";
        return new Traffic(ceiling, shape -> (reads + writes) * shape.bytes() + shape.rows() * rowBytes);
    }
}
