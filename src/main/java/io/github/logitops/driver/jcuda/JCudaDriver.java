package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD8Async;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamGetCtx;
import static jcuda.driver.JCudaDriver.cuStreamIsCapturing;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import io.github.logitops.base.Resources;
import io.github.logitops.driver.Graphs;
import io.github.logitops.driver.InstrumentedDriver;
import io.github.logitops.driver.Launch;
import io.github.logitops.driver.MatrixProducts;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.DriverException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureStatus;
import jcuda.driver.CUstream_flags;

/**
 * A CUDA device by way of JCuda. It works in the device's primary context, which is made current on the calling thread for
 * each call; afterwards the thread has the context that it had before. Addresses, streams, events, modules and functions are
 * CUDA's own handles; stream 0 is the default stream.
 *
 * <p>A stream that is made here waits for the (legacy) default stream of the context, and the default stream for it, as is
 * CUDA's default. So work that another library queued on the default stream is done before work of ours that was queued later.
 * Nothing here queues on the default stream by itself, so streams that are made here are independent of each other.
 *
 * <p>Closing gives back whatever was not given back before.
 */
public final class JCudaDriver implements InstrumentedDriver {
    /** What CUDA says of a handle that is no stream, or is no longer one. */
    private static final Set<Integer> NO_STREAM = Set.of(
            CUresult.CUDA_ERROR_INVALID_VALUE,
            CUresult.CUDA_ERROR_INVALID_CONTEXT,
            CUresult.CUDA_ERROR_INVALID_HANDLE,
            CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED);

    private final CudaDevice device;
    private final PrimaryContext context;
    private final LaunchBlocks launchBlocks;

    // What is not given back yet.
    private final Held allocations;
    private final Held streams;
    private final CudaEvents events;
    private final Held modules;
    private final HostBuffers hostBuffers;
    private final CudaGraphs graphs;
    private final Cublas cublas;

    private JCudaDriver(CudaDevice device) {
        this.device = device;
        context = PrimaryContext.retain(device);
        launchBlocks = new LaunchBlocks(context);
        allocations = new Held(context);
        streams = new Held(context);
        events = new CudaEvents(context);
        modules = new Held(context);
        hostBuffers = new HostBuffers(context);
        graphs = new CudaGraphs(context);
        cublas = new Cublas(context);
    }

    /**
     * Opens a device.
     *
     * @param ordinal which one, from 0 on
     * @throws DriverException if CUDA does not run here: its message is the plain reason, such as a missing libcuda.so.1, no
     *     device with this ordinal, or one that is too old
     */
    public static JCudaDriver open(int ordinal) {
        return new JCudaDriver(CudaDevice.find(ordinal));
    }

    @Override
    public String device() {
        return device.words();
    }

    @Override
    public int computeCapability() {
        return device.computeCapability();
    }

    @Override
    public int maxSharedBytes() {
        return device.maxSharedBytes();
    }

    @Override
    public long allocate(long bytes) {
        return allocations.add(bytes, () -> newMemory(bytes));
    }

    private long newMemory(long bytes) {
        CUdeviceptr pointer = new CUdeviceptr();
        int code = context.code(() -> cuMemAlloc(pointer, bytes));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new DeviceOutOfMemoryException(Cuda.failure(code, "cuMemAlloc"), bytes, allocations.bytes());
        }
        Cuda.require(code, "cuMemAlloc", () -> "bytes=" + bytes);
        return Handles.raw(pointer);
    }

    @Override
    public void free(long address) {
        allocations.giveBack(
                address,
                () -> context.run("cuMemFree", () -> cuMemFree(Handles.deviceAddress(address)), () -> at(address)));
    }

    @Override
    public boolean isAccessible(long address, long bytes) {
        return new ForeignMemory(context, address).holds(bytes);
    }

    @Override
    public ByteBuffer allocateHost(int bytes) {
        return hostBuffers.add(bytes).bytes();
    }

    @Override
    public void freeHost(ByteBuffer buffer) {
        hostBuffers.giveBack(buffer);
    }

    @Override
    public void copyToDevice(long destination, ByteBuffer source, long stream) {
        Pointer host = direct("cuMemcpyHtoDAsync", source);
        context.run(
                "cuMemcpyHtoDAsync",
                () -> cuMemcpyHtoDAsync(
                        Handles.deviceAddress(destination), host, source.remaining(), Handles.stream(stream)),
                () -> at(destination) + ", bytes=" + source.remaining() + ", stream=" + Cuda.hex(stream));
    }

    @Override
    public void copyToHost(ByteBuffer destination, long source, long stream) {
        Pointer host = direct("cuMemcpyDtoHAsync", destination);
        context.run(
                "cuMemcpyDtoHAsync",
                () -> cuMemcpyDtoHAsync(
                        host, Handles.deviceAddress(source), destination.remaining(), Handles.stream(stream)),
                () -> at(source) + ", bytes=" + destination.remaining() + ", stream=" + Cuda.hex(stream));
    }

    @Override
    public void copyOnDevice(long destination, long source, long bytes, long stream) {
        context.run(
                "cuMemcpyDtoDAsync",
                () -> cuMemcpyDtoDAsync(
                        Handles.deviceAddress(destination),
                        Handles.deviceAddress(source),
                        bytes,
                        Handles.stream(stream)),
                () -> at(destination) + ", source=" + Cuda.hex(source) + ", bytes=" + bytes + ", stream="
                        + Cuda.hex(stream));
    }

    @Override
    public void fill(long destination, byte value, long bytes, long stream) {
        context.run(
                "cuMemsetD8Async",
                () -> cuMemsetD8Async(Handles.deviceAddress(destination), value, bytes, Handles.stream(stream)),
                () -> at(destination) + ", bytes=" + bytes + ", stream=" + Cuda.hex(stream));
    }

    /** A copy goes on after the call, so its host side must not be an array, which the garbage collector may move. */
    private static Pointer direct(String call, ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException(call + ": only direct buffers can be copied: buffer=" + buffer);
        }
        return Pointer.to(buffer).withByteOffset(buffer.position());
    }

    @Override
    public long createStream() {
        return streams.add(0, this::newStream);
    }

    private long newStream() {
        CUstream stream = new CUstream();
        context.run("cuStreamCreate", () -> cuStreamCreate(stream, CUstream_flags.CU_STREAM_DEFAULT), () -> "flags=0");
        return Handles.raw(stream);
    }

    @Override
    public void destroyStream(long stream) {
        streams.giveBack(
                stream,
                () -> context.run(
                        "cuStreamDestroy",
                        () -> cuStreamDestroy(Handles.stream(stream)),
                        () -> "stream=" + Cuda.hex(stream)));
    }

    @Override
    public boolean isStream(long stream) {
        CUcontext of = new CUcontext();
        int code = context.code(() -> cuStreamGetCtx(Handles.stream(stream), of));
        if (NO_STREAM.contains(code)) {
            return false;
        }
        Cuda.require(code, "cuStreamGetCtx", () -> "stream=" + Cuda.hex(stream));
        return context.is(of);
    }

    @Override
    public boolean isCapturing(long stream) {
        int[] status = new int[1];
        context.run(
                "cuStreamIsCapturing",
                () -> cuStreamIsCapturing(Handles.stream(stream), status),
                () -> "stream=" + Cuda.hex(stream));
        return status[0] != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE;
    }

    @Override
    public void synchronize(long stream) {
        context.run(
                "cuStreamSynchronize",
                () -> cuStreamSynchronize(Handles.stream(stream)),
                () -> "stream=" + Cuda.hex(stream));
    }

    @Override
    public long createEvent() {
        return events.create(CUevent_flags.CU_EVENT_DISABLE_TIMING); // taking the time would cost, and few ask for it
    }

    @Override
    public long createTimingEvent() {
        return events.create(CUevent_flags.CU_EVENT_DEFAULT);
    }

    @Override
    public void destroyEvent(long event) {
        events.destroy(event);
    }

    @Override
    public void recordEvent(long event, long stream) {
        events.record(event, stream);
    }

    @Override
    public void waitEvent(long stream, long event) {
        events.await(event, stream);
    }

    @Override
    public boolean isComplete(long event) {
        return events.isComplete(event);
    }

    @Override
    public void awaitEvent(long event) {
        events.await(event);
    }

    @Override
    public float elapsedMillis(long start, long end) {
        return events.elapsedMillis(start, end);
    }

    @Override
    public long loadModule(String name, byte[] ptx) {
        return modules.add(0, () -> newModule(name, ptx));
    }

    private long newModule(String name, byte[] ptx) {
        PinnedMemory scratch = hostBuffers.add(PtxModule.scratchBytes(ptx));
        try {
            return PtxModule.load(context, name, ptx, scratch);
        } finally {
            tryFreeHost(scratch.bytes());
        }
    }

    /** The module is what counts; the close tries again, and complains if need be. */
    private void tryFreeHost(ByteBuffer scratch) {
        try {
            freeHost(scratch);
        } catch (DriverException e) {
            // still held
        }
    }

    @Override
    public long function(long module, String entry) {
        return PtxModule.function(context, module, entry, device.maxSharedBytes());
    }

    @Override
    public void allowLargeClusters(long function) {
        PtxModule.allowLargeClusters(context, function);
    }

    @Override
    public Optional<Graphs> graphs() {
        return Optional.of(graphs);
    }

    @Override
    public MatrixProducts matrixProducts() {
        return cublas.opened();
    }

    @Override
    public void launch(Launch launch, int times, long stream) {
        context.begin(); // to the end: a close frees the blocks
        try {
            launchBlocks.launch(launch, times, stream);
        } finally {
            context.end();
        }
    }

    /**
     * Waits for calls of other threads, then gives everything back. If a step fails, the others are still tried. Closing again
     * does nothing, unless CUDA did not take the context back: then it tries again.
     */
    @Override
    public void close() {
        if (!context.beginRelease()) {
            return;
        }
        try {
            giveAllBack();
        } finally {
            context.endRelease();
        }
    }

    private void giveAllBack() {
        List<AutoCloseable> steps = new ArrayList<>();
        steps.add(cublas::close);
        graphs.all().forEach(graph -> steps.add(() -> graphs.destroy(graph)));
        events.all().forEach(event -> steps.add(() -> events.destroy(event)));
        streams.all().forEach(stream -> steps.add(() -> destroyStream(stream)));
        modules.all().forEach(module -> steps.add(() -> unloadModule(module)));
        hostBuffers.all().forEach(buffer -> steps.add(() -> freeHost(buffer)));
        allocations.all().forEach(address -> steps.add(() -> free(address)));
        launchBlocks.drain().forEach(block -> steps.add(block::close));
        steps.add(context::release);
        Resources.closeAll(steps);
    }

    private void unloadModule(long module) {
        modules.giveBack(
                module,
                () -> context.run(
                        "cuModuleUnload",
                        () -> cuModuleUnload(Handles.module(module)),
                        () -> "module=" + Cuda.hex(module)));
    }

    private static String at(long address) {
        return "address=" + Cuda.hex(address);
    }
}
