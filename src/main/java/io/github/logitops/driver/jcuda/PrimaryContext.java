package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxPopCurrent;
import static jcuda.driver.JCudaDriver.cuCtxPushCurrent;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;

import io.github.logitops.driver.Calls;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jcuda.driver.CUcontext;

/**
 * The primary context of a device: the one that the CUDA runtime and everything built on it use, so that memory can be
 * shared with other libraries. It is current on a thread only during calls made through here; afterwards the thread has the
 * context that it had before, or none.
 */
final class PrimaryContext {
    private final CudaDevice device;
    private final CUcontext context;
    private final Calls calls = new Calls();
    private final CUcontext popped = new CUcontext(); // written by all threads and read by none
    private final IntSupplier pop = () -> cuCtxPopCurrent(popped); // here once, as they are part of each call
    private final IntSupplier push;
    private final Supplier<String> words;
    private boolean released;

    private PrimaryContext(CudaDevice device, CUcontext context) {
        this.device = device;
        this.context = context;
        this.push = () -> cuCtxPushCurrent(context);
        this.words = device::words;
    }

    static PrimaryContext retain(CudaDevice device) {
        CUcontext context = new CUcontext();
        Cuda.run("cuDevicePrimaryCtxRetain", () -> cuDevicePrimaryCtxRetain(context, device.handle()), device::words);
        return new PrimaryContext(device, context);
    }

    /** Makes a call with this context current, and throws if it fails. */
    void run(String name, IntSupplier call, Supplier<String> arguments) {
        Cuda.require(code(call), name, arguments);
    }

    /** The result code of a call with this context current. */
    int code(IntSupplier call) {
        begin();
        try {
            return codeWithin(call);
        } finally {
            end();
        }
    }

    /** The same, from a call that has begun. */
    int codeWithin(IntSupplier call) {
        Cuda.run("cuCtxPushCurrent", push, words);
        try {
            return Cuda.code(call);
        } finally {
            // Its code tells nothing about our call: at most it repeats what earlier work on the device
            // failed with, and so will the next call.
            Cuda.code(pop);
        }
    }

    /**
     * Begins a call that uses what is made in this context, which is not given back before {@link #end}. Throws if the context
     * is given back: CUDA may crash on one that has ended.
     */
    void begin() {
        if (!calls.begin()) {
            throw new IllegalStateException("CUDA driver: used after close: device=" + device.words());
        }
    }

    void end() {
        calls.end();
    }

    boolean is(CUcontext other) {
        return Handles.raw(other) == Handles.raw(context);
    }

    /**
     * Lets no other thread begin a call and waits for those under way. False: the context was given back before. Else
     * {@link #endRelease} must follow, and before it {@link #release}.
     */
    boolean beginRelease() {
        return calls.beginClose("CUDA driver", "device=" + device.words());
    }

    /** Gives the context back; if nobody else uses it, it ends, and all that was made in it. */
    void release() {
        Cuda.run("cuDevicePrimaryCtxRelease", () -> cuDevicePrimaryCtxRelease(device.handle()), device::words);
        released = true;
    }

    /** If CUDA did not take the context back, calls may go on, and another close try again. */
    void endRelease() {
        calls.endClose(released);
    }
}
