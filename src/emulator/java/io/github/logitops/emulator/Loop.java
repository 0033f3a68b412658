package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;
import io.github.logitops.emulator.Operations.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One operation on the lanes of a warp. Each opcode has a copy of this class of its own, so that the compiler sees one operation
 * in each copy's loop and puts it there, rather than a call that may lead anywhere.
 */
final class Loop implements Step {
    private static final int LANES = Warp.LANES;
    private static final Map<String, MethodHandle> COPIES = new ConcurrentHashMap<>();

    private final Operation operation;
    private final long keep;
    private final int d;
    private final int a;
    private final int b;
    private final int c;

    /** Slots of the destination and the sources, and which bits of the result to keep. */
    Loop(Operation operation, long keep, int d, int a, int b, int c) {
        this.operation = operation;
        this.keep = keep;
        this.d = d * LANES;
        this.a = a * LANES;
        this.b = b * LANES;
        this.c = c * LANES;
    }

    @Override
    public void run(Warp warp, int lanes) {
        long[] r = warp.values();
        if (lanes == -1) {
            for (int i = 0; i < LANES; i++) {
                r[d + i] = operation.of(r[a + i], r[b + i], r[c + i]) & keep;
            }
            return;
        }
        for (int m = lanes; m != 0; m &= m - 1) {
            int i = Integer.numberOfTrailingZeros(m);
            r[d + i] = operation.of(r[a + i], r[b + i], r[c + i]) & keep;
        }
    }

    /** Such a step from the opcode's own copy of this class. */
    static Step of(String opcode, Operation operation, long keep, int d, int a, int b, int c) {
        try {
            return (Step) COPIES.computeIfAbsent(opcode, o -> copy()).invoke(operation, keep, d, a, b, c);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle copy() {
        try (InputStream bytes = Loop.class.getResourceAsStream("Loop.class")) {
            MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes.readAllBytes(), false);
            MethodType slots = MethodType.methodType(
                    void.class, Operation.class, long.class, int.class, int.class, int.class, int.class);
            return hidden.findConstructor(hidden.lookupClass(), slots).asType(slots.changeReturnType(Step.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
