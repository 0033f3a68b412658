package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventQuery;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;

import java.util.Set;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;

/** CUDA events. */
final class CudaEvents {
    private final PrimaryContext context;
    private final Held events;

    CudaEvents(PrimaryContext context) {
        this.context = context;
        this.events = new Held(context);
    }

    long create(int flags) {
        return events.add(0, () -> {
            CUevent event = new CUevent();
            context.run("cuEventCreate", () -> cuEventCreate(event, flags), () -> "flags=" + flags);
            return Handles.raw(event);
        });
    }

    void destroy(long event) {
        events.giveBack(
                event,
                () -> context.run("cuEventDestroy", () -> cuEventDestroy(Handles.event(event)), () -> at(event)));
    }

    void record(long event, long stream) {
        context.run(
                "cuEventRecord",
                () -> cuEventRecord(Handles.event(event), Handles.stream(stream)),
                () -> at(event) + ", stream=" + Cuda.hex(stream));
    }

    /** Has the stream wait. */
    void await(long event, long stream) {
        context.run(
                "cuStreamWaitEvent",
                () -> cuStreamWaitEvent(Handles.stream(stream), Handles.event(event), 0),
                () -> "stream=" + Cuda.hex(stream) + ", " + at(event));
    }

    /** Waits itself. */
    void await(long event) {
        context.run("cuEventSynchronize", () -> cuEventSynchronize(Handles.event(event)), () -> at(event));
    }

    boolean isComplete(long event) {
        int code = context.code(() -> cuEventQuery(Handles.event(event)));
        if (code == CUresult.CUDA_ERROR_NOT_READY) {
            return false;
        }
        Cuda.require(code, "cuEventQuery", () -> at(event));
        return true;
    }

    float elapsedMillis(long start, long end) {
        float[] millis = new float[1];
        context.run(
                "cuEventElapsedTime",
                () -> cuEventElapsedTime(millis, Handles.event(start), Handles.event(end)),
                () -> "start=" + Cuda.hex(start) + ", end=" + Cuda.hex(end));
        return millis[0];
    }

    /** Those that were not given back yet. */
    Set<Long> all() {
        return events.all();
    }

    private static String at(long event) {
        return "event=" + Cuda.hex(event);
    }
}
