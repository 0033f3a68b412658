package io.github.logitops.driver.jcuda;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;

/**
 * JCuda's objects for CUDA's 64-bit handles, and back. JCuda has no public way from a number to a stream, so this reaches
 * for the field that its native code reads. Handles are CUDA's own numbers, so those of other libraries work as well.
 */
final class Handles {
    private static final VarHandle NATIVE_POINTER = nativePointer();

    private Handles() {}

    private static VarHandle nativePointer() {
        try {
            return MethodHandles.privateLookupIn(NativePointerObject.class, MethodHandles.lookup())
                    .findVarHandle(NativePointerObject.class, "nativePointer", long.class);
        } catch (ReflectiveOperationException e) {
            throw (LinkageError) new NoSuchFieldError("jcuda.NativePointerObject.nativePointer").initCause(e);
        }
    }

    /** The number in {@code object}, without a pointer's offset. */
    static long raw(NativePointerObject object) {
        return (long) NATIVE_POINTER.get(object);
    }

    /** {@code object}, which now stands for {@code raw}. */
    static <T extends NativePointerObject> T set(T object, long raw) {
        NATIVE_POINTER.set((NativePointerObject) object, raw);
        return object;
    }

    static CUdeviceptr deviceAddress(long raw) {
        return set(new CUdeviceptr(), raw);
    }

    static Pointer hostAddress(long raw) {
        return set(new Pointer(), raw);
    }

    static CUstream stream(long raw) {
        return set(new CUstream(), raw);
    }

    static CUevent event(long raw) {
        return set(new CUevent(), raw);
    }

    static CUmodule module(long raw) {
        return set(new CUmodule(), raw);
    }

    static CUfunction function(long raw) {
        return set(new CUfunction(), raw);
    }
}
