package io.github.logitops.op;

import io.github.logitops.base.Arguments;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Tensor;
import io.github.logitops.pool.DeviceTensor;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Rows that a linear layer makes logits of, chunk by chunk.
 *
 * @param op the op's name in error messages
 * @param hidden rows of features along the last axis
 * @param layer what logits are made with
 */
public record LinearInputs(String op, Tensor hidden, LinearLayer layer) {
    public LinearInputs {
        Arguments.notNull(op, "layer", layer);
        Rows rows = Rows.of(op, "hidden", hidden, Axis.LAST);
        Tensor weight = layer.weight();
        boolean fits = weight.dtype() == rows.dtype()
                && weight.shape().rank() == 2
                && weight.shape().extent(0) >= 1
                && weight.shape().extent(0) <= Integer.MAX_VALUE
                && weight.shape().extent(1) == rows.classes();
        if (!fits) {
            throw new IllegalArgumentException(op + ": weight must be " + rows.dtype() + "[classes, features] of "
                    + rows.classes() + " features: weight=" + weight.dtype() + weight.layout() + ", hidden="
                    + rows.dtype() + hidden.layout());
        }
        weight.address();
        requireStride(op, "hidden", hidden);
        requireStride(op, "weight", weight);
        if (layer.bias() != null) {
            Require.dense(
                    op,
                    "bias",
                    layer.bias(),
                    rows.dtype(),
                    Shape.of(weight.shape().extent(0)));
        }
    }

    /** Libraries of products count by ints. */
    private static void requireStride(String op, String name, Tensor matrix) {
        if (matrix.layout().rowStride() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    op + ": rows must be less than 2^31 elements apart: " + name + "=" + matrix.layout());
        }
    }

    /** What the logits have. */
    public DType dtype() {
        return hidden.dtype();
    }

    /** The rows' shape. */
    public Shape rowShape() {
        return hidden.shape().without(Axis.LAST);
    }

    /** How many rows there are. */
    public long rows() {
        return rowShape().elements();
    }

    /** How many logits a row has. */
    public int classes() {
        return (int) layer.weight().shape().extent(0);
    }

    /** All that is read. */
    Operands read() {
        return new Operands()
                .and("hidden", hidden)
                .and("weight", layer.weight())
                .and("bias", layer.bias());
    }

    /** The rows in chunks, in order. */
    List<RowRange> chunks(LinearWorkspace workspace) {
        long most = workspace.rows();
        return LongStream.range(0, (rows() + most - 1) / most)
                .mapToObj(i -> new RowRange(i * most, Math.min(most, rows() - i * most)))
                .toList();
    }

    /** The steps that make the logits of a chunk. */
    List<Problem> logits(RowRange chunk, LinearWorkspace workspace) {
        List<Problem> steps = new ArrayList<>();
        Tensor logits = workspace.logits(chunk.count());
        Tensor room = workspace.products();
        boolean biased = layer.bias() != null;
        if (biased) { // to which the product is added before it is rounded
            Tensor ones = workspace.ones(chunk.count(), 1);
            steps.add(new ProductProblem(op, ones, false, asRow(layer.bias()), false, logits, false, room));
        }
        steps.add(new ProductProblem(op, chunk.rows(hidden), false, layer.weight(), true, logits, biased, room));
        return steps;
    }

    /**
     * The gradients suit what they are of, and overlap neither that, nor each other, nor anything that is read beside it; what they are
     * multiplied by suits the rows.
     */
    void requireFit(LinearGradients gradients, GradScale gradScale, Operands beside) {
        Arguments.notNull(op, "gradScale", gradScale);
        if (Double.isFinite(gradScale.value())) {
            Require.held(op, dtype(), "gradScale", gradScale.value());
        }
        if (gradScale.perRow() != null) {
            Require.dense(op, "gradScale", gradScale.perRow(), dtype().arithmetic(), rowShape());
            written(gradients).requireApart(op, new Operands().and(gradScale));
        }
        Operands read = read().and(beside);
        if (gradients.hidden() != null) {
            Rows dx = Rows.of(op, "gradients.hidden", gradients.hidden(), Axis.LAST);
            Rows x = Rows.of(op, "hidden", hidden, Axis.LAST);
            Require.alike(op, x, dx);
            Require.sameOrApart(op, dx.name(), dx.tensor(), x.name(), hidden);
            new Operands()
                    .and("weight", layer.weight())
                    .and("bias", layer.bias())
                    .and(beside)
                    .requireKept(op, dx);
        }
        for (Tensor matrix : Arrays.asList(gradients.hidden(), gradients.weight())) {
            if (matrix != null) {
                requireStride(op, "gradient", matrix);
            }
        }
        requireWritten("gradients.weight", gradients.weight(), "weight", layer.weight(), read);
        requireWritten("gradients.bias", gradients.bias(), "bias", layer.bias(), read);
        Operands hiddens = new Operands().and("gradients.hidden", gradients.hidden());
        Operands weights = new Operands().and("gradients.weight", gradients.weight());
        Operands biases = new Operands().and("gradients.bias", gradients.bias());
        weights.requireApart(op, hiddens);
        biases.requireApart(op, hiddens.and(weights));
    }

    private void requireWritten(String name, Tensor gradient, String ofName, Tensor of, Operands read) {
        if (gradient == null) {
            return;
        }
        boolean suits = of != null
                && gradient.shape().equals(of.shape())
                && (gradient.dtype() == of.dtype()
                        || gradient.dtype() == of.dtype().arithmetic());
        if (!suits) {
            String what = of == null ? "null" : of.dtype() + of.shape().toString();
            throw new IllegalArgumentException(op + ": " + name + " must be like " + ofName
                    + ", or so of the arithmetic dtype: " + name + "=" + gradient.dtype() + gradient.shape() + ", "
                    + ofName + "=" + what);
        }
        gradient.address();
        new Operands().and(name, gradient).requireApart(op, read);
    }

    /** All that is written. */
    static Operands written(LinearGradients gradients) {
        return new Operands()
                .and("gradients.hidden", gradients.hidden())
                .and("gradients.weight", gradients.weight())
                .and("gradients.bias", gradients.bias());
    }

    /**
     * The steps that make gradients of a chunk out of that of its logits, in whose place it is.
     *
     * @param first whether no chunk came before
     */
    List<Problem> gradients(RowRange chunk, LinearGradients gradients, LinearWorkspace workspace, boolean first) {
        List<Problem> steps = new ArrayList<>();
        Tensor dLogits = workspace.logits(chunk.count());
        Tensor room = workspace.products();
        Tensor weights = workspace.weightSums() == null ? gradients.weight() : workspace.weightSums();
        if (weights != null) { // before hidden rows may be overwritten
            boolean adds = !first || weights == gradients.weight() && gradients.accumulate();
            steps.add(new ProductProblem(op, dLogits, true, chunk.rows(hidden), false, weights, adds, room));
        }
        Tensor biases = workspace.biasSums() == null ? gradients.bias() : workspace.biasSums();
        if (biases != null) {
            boolean adds = !first || biases == gradients.bias() && gradients.accumulate();
            Tensor ones = workspace.ones(1, chunk.count());
            steps.add(new ProductProblem(op, ones, false, dLogits, false, asRow(biases), adds, room));
        }
        if (gradients.hidden() != null) {
            Tensor dHidden = chunk.rows(gradients.hidden());
            steps.add(new ProductProblem(op, dLogits, false, layer.weight(), false, dHidden, false, room));
        }
        return steps;
    }

    /**
     * The steps after the last chunk's.
     *
     * @param none whether there was no chunk at all
     */
    List<Problem> afterChunks(LinearGradients gradients, LinearWorkspace workspace, boolean none) {
        List<Problem> steps = new ArrayList<>();
        if (!none) {
            addRounded(workspace.weightSums(), gradients.weight(), gradients.accumulate(), steps);
            addRounded(workspace.biasSums(), gradients.bias(), gradients.accumulate(), steps);
        } else if (!gradients.accumulate()) {
            addZeros(gradients.weight(), steps);
            addZeros(gradients.bias(), steps);
        }
        return steps;
    }

    private void addRounded(Tensor sums, Tensor gradient, boolean accumulate, List<Problem> steps) {
        if (sums != null) {
            steps.add(new RoundedSumsProblem(op, sums, gradient, accumulate));
        }
    }

    /** The step that overwrites a gradient, if it is asked for, with zeros. */
    void addZeros(Tensor gradient, List<Problem> steps) {
        if (gradient != null) {
            steps.add(new ZerosProblem(op, gradient));
        }
    }

    private static Tensor asRow(Tensor vector) {
        return DeviceTensor.view(
                vector, 0, Layout.dense(Shape.of(1, vector.shape().elements())));
    }
}
