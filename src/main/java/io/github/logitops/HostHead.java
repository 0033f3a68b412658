package io.github.logitops;

import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
import java.util.OptionalLong;

/**
 * What an op with a linear layer is given in arrays of the host.
 *
 * @param bias null for none
 * @param shape of the hidden rows, [..., features]
 * @param classes how many rows the weight has
 */
record HostHead<A>(HostForm<A> form, A hidden, A weight, A bias, HostLabels labels, Shape shape, long classes) {
    /** The shape of the labels, after a look at each. */
    Shape requireLabels(String op, String call, LinearHead head, OptionalLong ignoreIndex) {
        ResultShape made = head.resultShape(form.dtype(), shape, classes);
        made.requireLabels(op, call, labels, ignoreIndex);
        return made.rows();
    }

    LinearLayer layer(ArrayCall<A> host) {
        long features = shape.extent(shape.rank() - 1);
        Tensor w = host.in("weight", weight, Shape.of(classes, features));
        return new LinearLayer(w, host.inIfGiven("bias", bias, Shape.of(classes)));
    }

    /** Gradients of hidden rows, in their place, and of the layer. */
    LinearGradients gradients(ArrayCall<A> host, Tensor over, LinearLayer layer) {
        Tensor ofBias = bias == null ? null : host.out(Shape.of(classes));
        return new LinearGradients(over, host.out(layer.weight().shape()), ofBias, false);
    }
}
