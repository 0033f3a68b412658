package io.github.logitops.op;

import io.github.logitops.memory.DeviceMemory;
import io.github.logitops.memory.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a cross entropy writes beside gradients. Losses have the arithmetic dtype; what is null was not asked for.
 *
 * @param loss the reduced loss; not written where the reduction is NONE
 * @param rowLosses the loss of each row
 * @param lse the log-sum-exp of each row
 * @param statistics the {@link RowStatistics} of each row
 * @param targetSums the sum of each counted row's targets; written where smoothing or probabilities spread them
 * @param counts what the labels tell
 * @param zLoss the reduced z-loss, or null; not written where the reduction is NONE
 * @param zLosses the z-loss of each row, or null
 * @param argmax for each row an I32: the class with the largest logit; or null
 * @param correct for each row an I32: 1 if it counts and its argmax is its target, else 0; or null
 * @param entropy the entropy of each row, or null
 */
public record LossBuffers(
        Tensor loss,
        Tensor rowLosses,
        Tensor lse,
        Tensor statistics,
        Tensor targetSums,
        LabelCounts counts,
        Tensor zLoss,
        Tensor zLosses,
        Tensor argmax,
        Tensor correct,
        Tensor entropy) {
    private static final List<Part> PARTS = List.of(
            new Part("result.loss", LossBuffers::loss),
            new Part("result.rowLosses", LossBuffers::rowLosses),
            new Part("result.lse", LossBuffers::lse),
            new Part("result.statistics", LossBuffers::statistics),
            new Part("result.targetSums", LossBuffers::targetSums),
            new Part("result.divisors", LossBuffers::divisors),
            new Part("result.labelStats", LossBuffers::labelStats),
            new Part("result.zLoss", LossBuffers::zLoss),
            new Part("result.zLosses", LossBuffers::zLosses),
            new Part("result.argmax", LossBuffers::argmax),
            new Part("result.correct", LossBuffers::correct),
            new Part("result.entropy", LossBuffers::entropy));

    /** New buffers for rows of this shape; {@code stream} is where their first use must be ordered after. */
    public static LossBuffers allocate(
            DeviceMemory memory, DType logits, Shape rows, CrossEntropyOptions options, Stream stream) {
        DType dtype = logits.arithmetic();
        boolean zLoss = options.zLoss() != 0;
        boolean argmax = options.outputs().contains(RowOutput.ARGMAX);
        boolean entropy = options.outputs().contains(RowOutput.ENTROPY);
        List<Tensor> made = new ArrayList<>();
        try {
            Allocator of = (type, shape) -> {
                made.add(memory.allocate(type, Layout.dense(shape)));
                return made.get(made.size() - 1);
            };
            Shape scalar = Shape.of();
            LabelCounts counts = LabelCounts.allocate(memory, stream);
            made.addAll(counts.tensors());
            return new LossBuffers(
                    of.tensor(dtype, scalar),
                    of.tensor(dtype, rows),
                    of.tensor(dtype, rows),
                    of.tensor(dtype, RowStatistics.shape(rows)),
                    of.tensor(dtype, rows),
                    counts,
                    zLoss ? of.tensor(dtype, scalar) : null,
                    zLoss ? of.tensor(dtype, rows) : null,
                    argmax ? of.tensor(DType.I32, rows) : null,
                    argmax ? of.tensor(DType.I32, rows) : null,
                    entropy ? of.tensor(dtype, rows) : null);
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, made);
            throw e;
        }
    }

    /** {@link LabelCounts#divisors}. */
    public Tensor divisors() {
        return counts.divisors();
    }

    /** {@link LabelCounts#stats}. */
    public Tensor labelStats() {
        return counts.stats();
    }

    private interface Allocator {
        Tensor tensor(DType dtype, Shape shape);
    }

    void requireFit(String op, Rows x) {
        if (lse.dtype() != x.dtype().arithmetic() || !lse.shape().equals(x.rowShape())) {
            throw new IllegalArgumentException(op + ": the result was made for other logits: result=" + lse.dtype()
                    + lse.shape() + ", rows=" + x.dtype().arithmetic() + x.rowShape());
        }
        requireApart(op, x.name(), x.tensor());
    }

    /** The tensor shares no byte with what is written here. */
    void requireApart(String op, String name, Tensor tensor) {
        for (Part part : PARTS) {
            Tensor written = part.of.apply(this);
            if (written != null) {
                Require.apart(op, part.name, written, name, tensor);
            }
        }
    }

    /** All that there are. */
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(PARTS.size());
        for (Part part : PARTS) {
            Tensor tensor = part.of.apply(this);
            if (tensor != null) {
                all.add(tensor);
            }
        }
        return all;
    }

    /** One of the tensors, with its name in error messages. */
    private record Part(String name, Function<LossBuffers, Tensor> of) {}
}
