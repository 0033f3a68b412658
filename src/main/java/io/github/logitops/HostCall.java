package io.github.logitops;

import io.github.logitops.base.Arguments;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Shape;
import java.lang.ref.Reference;
import java.nio.Buffer;
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
    private final List<Named> named = new ArrayList<>();
    private boolean ended;

    private HostCall(Session session, Stream stream) {
        this.session = session;
        this.stream = stream;
    }

    /** Memory that stands for a tensor of this call. */
    private record Named(HostTensor memory, boolean written) {
        boolean overlaps(Named other) {
            if (memory.memory() == other.memory.memory()) {
                return memory.shape().elements() > 0;
            }
            return memory.memory() instanceof Buffer buffer
                    && other.memory.memory() instanceof Buffer with
                    && overlap(buffer, with);
        }

        /** As far as that can be seen: of buffers of one array. */
        private static boolean overlap(Buffer one, Buffer other) {
            return one.hasArray()
                    && other.hasArray()
                    && one.array() == other.array()
                    && one.arrayOffset() < other.arrayOffset() + other.capacity()
                    && other.arrayOffset() < one.arrayOffset() + one.capacity();
        }
    }

    /** What {@code body} makes, in one call of the session on a stream of its own. */
    static <R> R of(Session session, Function<HostCall, R> body) {
        return session.onOwnStream(stream -> {
            HostCall host = new HostCall(session, stream);
            R result;
            try {
                result = body.apply(host);
                host.ended = true;
                host.outputs.forEach(Runnable::run);
            } catch (RuntimeException | Error e) {
                host.ended = true;
                Resources.closeAfter(e, List.copyOf(host.made));
                throw e;
            } finally {
                // Owners of what is named might be collected else, and their memory with them.
                Reference.reachabilityFence(host.named);
            }
            Resources.closeAll(List.copyOf(host.made));
            return result;
        });
    }

    /**
     * The stream that this call's ops run on; it is closed with it. Before tensors are used that other streams work on, have it wait for
     * those: {@link Stream#waitFor}.
     */
    public Stream stream() {
        requireOpen();
        return stream;
    }

    /**
     * A tensor of what is there, to be read. Nothing must be written to it: the memory may be the tensor itself.
     *
     * @throws IllegalArgumentException if this call writes to some of that memory
     * @throws IllegalStateException if the call is over
     */
    public Tensor in(HostTensor source) {
        require("source", source, false);
        Tensor lent = lend(source);
        return lent != null ? lent : uploaded(source);
    }

    /**
     * A tensor with undefined content, whose elements are there once the call is over.
     *
     * @throws IllegalArgumentException if nothing can be written there, or the call has some of that memory already; of buffers that are
     *     off the heap or views of others, that is not seen
     * @throws IllegalStateException if the call is over
     */
    public Tensor out(HostTensor target) {
        require("target", target, true);
        Tensor lent = lend(target);
        return lent != null ? lent : writtenBack(empty(target.dtype(), target.shape()), target);
    }

    /** As {@link #out}, of what is there. */
    public Tensor inOut(HostTensor memory) {
        require("memory", memory, true);
        Tensor lent = lend(memory);
        return lent != null ? lent : writtenBack(uploaded(memory), memory);
    }

    /** {@code made}, which is closed with the call; what is not cannot be awaited after it, as the stream is closed. */
    public <R extends AutoCloseable> R closing(R made) {
        requireOpen();
        this.made.push(Arguments.notNull(CALL, "made", made));
        return made;
    }

    private void requireOpen() {
        if (ended) {
            throw new IllegalStateException(CALL + ": used after the call: stream=" + stream);
        }
    }

    private void require(String name, HostTensor memory, boolean written) {
        requireOpen();
        if (Arguments.notNull(CALL, name, memory).isReadOnly() && written) {
            throw new IllegalArgumentException(CALL + ": the buffer is read-only: " + name + "=" + memory);
        }
        Named next = new Named(memory, written);
        for (Named before : named) {
            if ((written || before.written) && next.overlaps(before)) {
                throw new IllegalArgumentException(CALL + ": what is written has no other tensor in the call: " + name
                        + "=" + memory + ", other=" + before.memory);
            }
        }
        named.add(next);
    }

    /** A new tensor of what is there. */
    Tensor uploaded(HostTensor source) {
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
        Tensor tensor = session.lend(memory);
        if (tensor != null) {
            long address = tensor.address();
            made.push(() -> session.takeBack(address));
            closing(tensor);
        }
        return tensor;
    }
}
