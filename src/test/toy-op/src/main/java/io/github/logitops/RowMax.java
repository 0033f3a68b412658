package io.github.logitops;

import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.RowMaxProblem;
import io.github.logitops.base.Arguments;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Shape;

/** The largest logit along one axis. Cheap to make, without state, shared by threads. */
public final class RowMax {
    private static final String FORWARD = Op.ROW_MAX.method("forward");

    private final Session session;
    private final Axis axis;

    RowMax(Session session, Axis axis) {
        this.session = session;
        this.axis = Arguments.notNull(Op.ROW_MAX.callName(), "axis", axis);
    }

    /**
     * max = the largest of x along the axis, NaN of a row that holds NaN or +inf or nothing but -inf. Waits for nothing.
     *
     * <p><i>Aliasing</i>: max, of x's shape without the axis and the arithmetic dtype, must not overlap x.
     *
     * @throws IllegalArgumentException if shapes, dtypes, the axis or the aliasing are not as said
     * @throws IllegalStateException if a tensor or the stream is closed
     */
    public void forward(Tensor x, Tensor max, Stream stream) {
        session.run(RowMaxProblem.Forward.of(axis, x, max), stream);
    }

    /** {@link #forward(Tensor, Tensor, Stream)} on an F32 host array without padding; returns the maxima. Waits. */
    public float[] forward(float[] x, Shape shape) {
        return forward(HostForm.FLOATS, x, shape);
    }

    /** As {@link #forward(float[], Shape)}, in F64. */
    public double[] forward(double[] x, Shape shape) {
        return forward(HostForm.DOUBLES, x, shape);
    }

    private <A> A forward(HostForm<A> form, A x, Shape shape) {
        return ArrayCall.of(session, form, FORWARD, host -> {
            Tensor logits = host.in("x", x, shape);
            Tensor max = host.out(shape.without(axis));
            forward(logits, max, host.stream());
            return host.read(max);
        });
    }
}
