package io.github.logitops.lifecycle;

import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A session whose streams and tensors all threads share: any of them may be closed, dropped or replaced at any time. */
final class StressSession {
    static final Shape SHAPE = Shape.of(3, 5);
    static final Shape ROWS = Shape.of(3);
    static final Shape CLASSES = Shape.of(5);

    final LogitOps ops;

    private final AtomicReferenceArray<Stream> streams = new AtomicReferenceArray<>(4);
    private final AtomicReferenceArray<Tensor> tensors = new AtomicReferenceArray<>(3 * Kind.values().length);

    /** What a tensor is used as: those of one kind are alike. */
    enum Kind {
        LOGITS(DType.F32, SHAPE),
        GRADIENT(DType.F32, SHAPE),
        HALVES(DType.BF16, SHAPE),
        LABELS(DType.I32, ROWS),
        ROW_VALUES(DType.F32, ROWS),
        WEIGHTS(DType.F32, CLASSES),
        MASK(DType.BOOL, SHAPE),
        LARGE(DType.BF16, Shape.of(StressCalls.LARGE));

        private final DType dtype;
        private final Shape shape;

        Kind(DType dtype, Shape shape) {
            this.dtype = dtype;
            this.shape = shape;
        }
    }

    StressSession(LogitOps ops) {
        this.ops = ops;
        for (int i = 0; i < streams.length(); i++) {
            streams.set(i, ops.newStream());
        }
        for (int i = 0; i < tensors.length(); i++) {
            tensors.set(i, newTensor(i));
        }
    }

    Stream stream(Random random) {
        return streams.get(random.nextInt(streams.length()));
    }

    Tensor tensor(Kind kind, Random random) {
        return tensors.get(3 * kind.ordinal() + random.nextInt(3));
    }

    /** Some tensor of the session becomes another one, and is closed if it is not just dropped. */
    void replaceTensor(Random random) {
        int i = random.nextInt(tensors.length());
        Tensor old = tensors.getAndSet(i, newTensor(i));
        if (random.nextInt(4) > 0) {
            old.close();
        }
    }

    void replaceStream(Random random) {
        Stream old = streams.getAndSet(random.nextInt(streams.length()), ops.newStream());
        if (random.nextInt(4) > 0) {
            old.close();
        }
    }

    private Tensor newTensor(int i) {
        Kind kind = Kind.values()[i / 3];
        Tensor tensor = ops.empty(kind.dtype, kind.shape);
        if (kind == Kind.LABELS) {
            return Resources.filled(tensor, labels -> labels.upload(new int[3], streams.get(0)));
        }
        return tensor;
    }

    /** Closes the session, and everything before it: in an order that nobody is told. */
    void closeAll(Random random) {
        if (random.nextBoolean()) {
            List<AutoCloseable> all = new ArrayList<>();
            for (int i = 0; i < tensors.length(); i++) {
                all.add(tensors.get(i));
            }
            for (int i = 0; i < streams.length(); i++) {
                all.add(streams.get(i));
            }
            Resources.closeAll(all);
        }
        ops.close();
    }
}
