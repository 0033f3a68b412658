package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import io.github.logitops.driver.ClusterRefusedException;
import io.github.logitops.driver.KernelArguments;
import io.github.logitops.driver.Launch;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;

/**
 * Room for the arguments of one launch, in page-locked memory: the struct itself, and the pointers to it that CUDA wants. A launch
 * writes the struct once and passes one address. Having JCuda build such an array at each launch costs ten times as much as
 * passing it. All objects that a launch needs are here, so that it makes no garbage.
 */
final class LaunchBlock implements IntSupplier, AutoCloseable {
    private static final int MAX_POINTERS = KernelArguments.MAX_BYTES / Integer.BYTES;
    private static final int STRUCT_AT = MAX_POINTERS * Long.BYTES;

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
        memory = PinnedMemory.allocate(context, STRUCT_AT + KernelArguments.MAX_BYTES);
        bytes = memory.bytes();
        parameters = Handles.hostAddress(memory.address()); // a bare address is cheaper for JCuda than a buffer
    }

    /** Launches so many times; the arguments are copied when it returns. One thread at a time. */
    void launch(Launch newLaunch, int newTimes, long rawStream) {
        launch = newLaunch;
        times = newTimes;
        write(newLaunch.arguments());
        Handles.set(function, newLaunch.function());
        Handles.set(stream, rawStream);
        int code = context.codeWithin(this);
        if (code == CUresult.CUDA_ERROR_INVALID_CLUSTER_SIZE) {
            throw new ClusterRefusedException(Cuda.failure(code, "cuLaunchKernel") + ": " + newLaunch);
        }
        Cuda.require(code, "cuLaunchKernel", newLaunch::toString);
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
        arguments.copyTo(bytes, STRUCT_AT);
        for (int i = 0; i < arguments.count(); i++) { // kernels of several parameters: one pointer each
            bytes.putLong(i * Long.BYTES, memory.address() + STRUCT_AT + arguments.offset(i));
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
