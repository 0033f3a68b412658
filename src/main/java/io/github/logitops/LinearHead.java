package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.DriverException;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.Stream;
import io.github.logitops.op.LinearInputs;
import io.github.logitops.op.LinearWorkspace;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.Shape;
import java.util.function.Consumer;

/**
 * What ops with a linear layer have in common: the room that they work in.
 *
 * @param op in messages
 * @param productBytes what products need beside matrices
 */
record LinearHead(String op, Session session, RowChunks chunks, long productBytes) {
    /** Throws {@link BackendUnavailableException} where there are no products of matrices. */
    static LinearHead of(String op, Session session, RowChunks chunks) {
        Arguments.notNull(op, "chunks", chunks);
        try {
            return new LinearHead(op, session, chunks, session.productBytes());
        } catch (DriverException e) {
            throw new BackendUnavailableException(Backend.CUDA, e.getMessage(), e);
        }
    }

    /** That of logits that are made of hidden rows. */
    ResultShape resultShape(DType hidden, Shape shape, long classes) {
        Arguments.notNull(op, "hidden", hidden);
        ResultShape rows = ResultShape.of(op, hidden, shape, Axis.LAST); // of which it has the features
        if (classes < 1 || classes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(op + ": there are 1 to 2^31-1 classes: classes=" + classes);
        }
        return new ResultShape(rows.rows(), classes);
    }

    long workspaceBytes(DType hidden, Shape shape, long classes) {
        ResultShape made = resultShape(hidden, shape, classes);
        long rows = rows(hidden, made);
        boolean sums = chunks.roundsOnce() && rows < made.rows().elements();
        long features = shape.extent(shape.rank() - 1);
        return rows * LinearWorkspace.rowBytes(hidden, classes)
                + productBytes
                + (sums ? LinearWorkspace.weightSumBytes(hidden, classes, features) : 0);
    }

    private long rows(DType hidden, ResultShape made) {
        long rowBytes = LinearWorkspace.rowBytes(hidden, made.classes());
        long rows = Math.min(chunks.of(made.rows().elements(), rowBytes), Integer.MAX_VALUE);
        return chunks.areChosen() || !session.lends()
                ? rows
                : Math.max(1, Math.min(rows, HostDriver.MAX_BYTES / rowBytes));
    }

    /** Calls {@code work} with room for it, which is given back once what it queued on the stream is done. One call on it. */
    void during(LinearInputs linear, LinearGradients gradients, Stream stream, Consumer<LinearWorkspace> work) {
        session.requireMadeHere(linear.op(), stream);
        ResultShape made = new ResultShape(linear.rowShape(), linear.classes());
        session.filled(
                        linear.op(),
                        stream,
                        () -> session.make(memory -> new LinearWorkspace(
                                memory,
                                linear,
                                gradients,
                                rows(linear.dtype(), made),
                                chunks.roundsOnce(),
                                productBytes,
                                stream)),
                        work::accept)
                .close();
    }
}
