package io.github.logitops;

import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.Shape;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * An op's call on host arrays, by way of tensors: arrays go in, the tensor form runs, arrays come out, and the tensors are closed
 * with the call. Where the device can use arrays as they are, nothing is copied but what the op writes over.
 */
final class ArrayCall<A> {
    private final Session session;
    private final HostForm<A> form;
    private final String name;
    private final HostCall host;
    private final Map<Tensor, A> lent = new IdentityHashMap<>(); // the arrays that tensors are

    /** @param name the op's method, as messages have it */
    private ArrayCall(Session session, HostForm<A> form, String name, HostCall host) {
        this.session = session;
        this.form = form;
        this.name = name;
        this.host = host;
    }

    /** The upstream gradient of what an op gives for each row. */
    interface Upstream<A> {
        GradScale of(ArrayCall<A> host, Shape rows);
    }

    /** An op that writes over its input. */
    interface InPlace {
        void run(Tensor tensor, Stream stream);
    }

    /** An op that writes over its second input. */
    interface OverSecond {
        void run(Tensor first, Tensor second, Stream stream);
    }

    /** What {@code body} makes of arrays of this form, in one call of the session on a stream of its own. */
    static <A, R> R of(Session session, HostForm<A> form, String name, Function<ArrayCall<A>, R> body) {
        return HostCall.of(session, host -> body.apply(new ArrayCall<>(session, form, name, host)));
    }

    /** What an op makes of an array, x. */
    static <A> A over(Session session, HostForm<A> form, String name, A x, Shape shape, InPlace op) {
        return of(session, form, name, host -> {
            Tensor over = host.over("x", x, shape);
            op.run(over, host.stream());
            return host.read(over);
        });
    }

    /** What an op makes of two arrays, y and dy. */
    static <A> A over(Session session, HostForm<A> form, String name, A y, A dy, Shape shape, OverSecond op) {
        return of(session, form, name, host -> {
            Tensor output = host.in("y", y, shape);
            Tensor over = host.over("dy", dy, shape);
            op.run(output, over, host.stream());
            return host.read(over);
        });
    }

    Stream stream() {
        return host.stream();
    }

    /** A tensor of the array's elements, to be read; a wrong length is found before anything is allocated. */
    Tensor in(String argument, A array, Shape shape) {
        HostForm.requireLength(name, argument, array, shape);
        Tensor tensor = lend(array, shape);
        return tensor != null ? tensor : host.uploaded(form.host().apply(array, shape));
    }

    /** The same, to be written over: the array stays as it is. */
    Tensor over(String argument, A array, Shape shape) {
        HostForm.requireLength(name, argument, array, shape);
        Tensor tensor = session.lends() ? lend(form.copy().apply(array), shape) : null;
        return tensor != null ? tensor : host.uploaded(form.host().apply(array, shape));
    }

    private Tensor lend(A array, Shape shape) {
        Tensor tensor = host.lend(form.host().apply(array, shape));
        if (tensor != null) {
            lent.put(tensor, array);
        }
        return tensor;
    }

    /** The same of an argument that may be left out: null of null. */
    Tensor inIfGiven(String argument, A array, Shape shape) {
        return array == null ? null : in(argument, array, shape);
    }

    /** A new tensor of labels that were looked at; null of null. */
    Tensor labels(HostLabels labels, Shape rows) {
        return labels == null ? null : host.uploaded(labels.host().apply(rows));
    }

    /** A tensor of either kind of targets. */
    Tensor targets(HostTargets<A> targets, Shape rows, Shape logits) {
        return targets.areLabels() ? labels(targets.labels(), rows) : in("targets", targets.probabilities(), logits);
    }

    /** A new tensor of a mask. */
    Tensor mask(boolean[] mask, Shape shape) {
        return host.uploaded(HostTensor.of(mask, shape));
    }

    /** A new tensor for the op to fill. */
    Tensor out(Shape shape) {
        Tensor tensor = session.lends() ? lend(form.make().apply((int) shape.elements()), shape) : null;
        return tensor != null ? tensor : host.empty(form.dtype(), shape);
    }

    /** What the op made is closed with the call. */
    <R extends AutoCloseable> R closing(R result) {
        return host.closing(result);
    }

    /** What the op wrote, in an array of the caller's own. */
    A read(Tensor tensor) {
        A array = lent.get(tensor);
        if (array == null) {
            array = form.make().apply((int) tensor.shape().elements());
            tensor.download(form.host().apply(array, tensor.shape()), stream());
        }
        return array;
    }
}
