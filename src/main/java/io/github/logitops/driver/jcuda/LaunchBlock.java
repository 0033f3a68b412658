package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;

/**
 * Room for the arguments of one launch, laid out once as CUDA wants them: an array of pointers, and the slots that they
 * point to. A launch fills the slots and passes one pointer. Having JCuda build such an array at each launch costs ten
 * times as much as passing it. All objects that a launch needs are here, so that it makes no garbage.
 */
final class LaunchBlock implements IntSupplier, AutoCloseable {
    static final int MAX_ARGUMENTS = 64;

    private static final int SLOTS_AT = MAX_ARGUMENTS * Long.BYTES;

    private final PrimaryContext context;
    private final PinnedMemory memory;
    private final ByteBuffer bytes;
    private final Pointer parameters;
    private final CUfunction function = new CUfunction();
    private final CUstream stream = new CUstream();
    private Launch launch;
    private int times;

    LaunchBlock(PrimaryContext context) {
        this.context = context;
        memory = PinnedMemory.allocate(context, SLOTS_AT + MAX_ARGUMENTS * Long.BYTES);
        bytes = memory.bytes();
        for (int i = 0; i < MAX_ARGUMENTS; i++) {
            bytes.putLong(i * Long.BYTES, memory.address() + SLOTS_AT + i * Long.BYTES);
        }
        parameters = Handles.hostAddress(memory.address()); // a bare address is cheaper for JCuda than a buffer
    }

    /** Launches so many times; the arguments are copied when it returns. One thread at a time. */
    void launch(Launch newLaunch, int newTimes, long rawStream) {
        launch = newLaunch;
        times = newTimes;
        write(newLaunch.arguments());
        Handles.set(function, newLaunch.function());
        Handles.set(stream, rawStream);
        Cuda.require(context.codeWithin(this), "cuLaunchKernel", newLaunch::toString);
    }

    /** The bare call, as often as asked; ends with the first that fails. */
    @Override
    public int getAsInt() {
        int code = CUresult.CUDA_SUCCESS;
        for (int i = 0; i < times && code == CUresult.CUDA_SUCCESS; i++) {
            code = cuLaunchKernel(
                    function,
                    launch.blocks(),
                    1,
                    1,
                    launch.threads(),
                    launch.threadsY(),
                    1,
                    launch.sharedBytes(),
                    stream,
                    parameters,
                    null);
        }
        return code;
    }

    private void write(KernelArguments arguments) {
        if (arguments.count() > MAX_ARGUMENTS) {
            throw new IllegalArgumentException("cuLaunchKernel: more than " + MAX_ARGUMENTS + " arguments: " + launch
                    + ", arguments=" + arguments.count());
        }
        for (int i = 0; i < arguments.count(); i++) {
            int slot = SLOTS_AT + i * Long.BYTES;
            if (arguments.type(i) == KernelArguments.Type.INT32) {
                bytes.putInt(slot, (int) arguments.bits(i));
            } else {
                bytes.putLong(slot, arguments.bits(i));
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
