package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * A call on memory of the host: it stands for tensors while the call lasts, and so every form of every op takes it. What the device can
 * use as it is, is not copied: in the CPU mode F32 and F64 in arrays and buffers of their own, and all dtypes in byte buffers of native
 * order. {@link LogitOps#onHost} begins one. For one thread.
 */
public final class HostCall {
    private static final String CALL = "onHost";

    private final Session session;
    private final Stream stream;
    private final Deque<AutoCloseable> made = new ArrayDeque<>(); // the last one first
    private final List<Runnable> outputs = new ArrayList<>();

    private HostCall(Session session, Stream stream) {
        this.session = session;
        this.stream = stream;
    }

    /** What {@code body} makes, in one call of the session on a stream of its own. */
    static <R> R of(Session session, Function<HostCall, R> body) {
        return session.onOwnStream(stream -> {
            HostCall host = new HostCall(session, stream);
            R result;
            try {
                result = body.apply(host);
                host.outputs.forEach(Runnable::run);
            } catch (RuntimeException | Error e) {
                Resources.closeAfter(e, List.copyOf(host.made));
                throw e;
            }
            Resources.closeAll(List.copyOf(host.made));
            return result;
        });
    }

    /** The stream that this call's ops run on; it is closed with it. */
    public Stream stream() {
        return stream;
    }

    /** A tensor of what is there, to be read. */
    public Tensor in(HostTensor source) {
        Arguments.notNull(CALL, "source", source);
        Tensor lent = lend(source);
        return lent != null ? lent : uploaded(source);
    }

    /** A tensor with undefined content, whose elements are written there once the body is done. */
    public Tensor out(HostTensor target) {
        requireWritable(target);
        Tensor lent = lend(target);
        return lent != null ? lent : writtenBack(empty(target.dtype(), target.shape()), target);
    }

    /** A tensor of what is there, to be overwritten, as is what is there once the body is done. */
    public Tensor inOut(HostTensor memory) {
        requireWritable(memory);
        Tensor lent = lend(memory);
        return lent != null ? lent : writtenBack(uploaded(memory), memory);
    }

    /** {@code made}, which is closed with the call. */
    public <R extends AutoCloseable> R closing(R made) {
        this.made.push(Arguments.notNull(CALL, "made", made));
        return made;
    }

    private static void requireWritable(HostTensor target) {
        if (Arguments.notNull(CALL, "target", target).isReadOnly()) {
            throw new IllegalArgumentException(CALL + ": the buffer is read-only: target=" + target);
        }
    }

    private Tensor uploaded(HostTensor source) {
        return closing(
                session.filled(CALL, source.dtype(), source.shape(), stream, tensor -> tensor.upload(source, stream)));
    }

    private Tensor writtenBack(Tensor tensor, HostTensor target) {
        outputs.add(() -> tensor.download(target, stream));
        return tensor;
    }

    /** A new tensor with undefined content. */
    Tensor empty(DType dtype, Shape shape) {
        return closing(session.empty(dtype, Layout.dense(shape)));
    }

    /** Memory of the host itself as a tensor, until the call ends; null if the device cannot use it. */
    Tensor lend(HostTensor memory) {
        Tensor tensor = memory.isAsOnDevice() ? session.lend(memory.memory(), memory.dtype(), memory.shape()) : null;
        if (tensor != null) {
            long address = tensor.address();
            made.push(() -> session.takeBack(address));
            closing(tensor);
        }
        return tensor;
    }
}
