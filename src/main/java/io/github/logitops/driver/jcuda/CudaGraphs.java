package io.github.logitops.driver.jcuda;

import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;

import io.github.logitops.driver.Graphs;
import io.github.logitops.memory.DriverException;
import java.util.Set;
import java.util.function.Supplier;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstreamCaptureMode;

/** CUDA graphs, captured from streams. */
final class CudaGraphs implements Graphs {
    private final PrimaryContext context;
    private final Held graphs;

    CudaGraphs(PrimaryContext context) {
        this.context = context;
        this.graphs = new Held(context);
    }

    @Override
    public void begin(long stream) {
        context.run(
                "cuStreamBeginCapture",
                () -> cuStreamBeginCapture(
                        Handles.stream(stream), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                on(stream));
    }

    @Override
    public long end(long stream) {
        return graphs.add(0, () -> newGraph(stream));
    }

    private long newGraph(long stream) {
        CUgraph recorded = new CUgraph();
        context.run("cuStreamEndCapture", () -> cuStreamEndCapture(Handles.stream(stream), recorded), on(stream));
        CUgraphExec graph = new CUgraphExec();
        int made = context.code(() -> cuGraphInstantiate(graph, recorded, 0));
        try {
            context.run("cuGraphDestroy", () -> cuGraphDestroy(recorded), on(stream));
        } catch (DriverException e) {
            if (made == CUresult.CUDA_SUCCESS) {
                context.code(() -> cuGraphExecDestroy(graph));
            }
            throw e;
        }
        Cuda.require(made, "cuGraphInstantiate", on(stream));
        return Handles.raw(graph);
    }

    @Override
    public void replay(long graph, long stream) {
        context.run(
                "cuGraphLaunch",
                () -> cuGraphLaunch(exec(graph), Handles.stream(stream)),
                () -> "graph=" + Cuda.hex(graph) + ", " + on(stream).get());
    }

    @Override
    public void destroy(long graph) {
        graphs.giveBack(
                graph,
                () -> context.run(
                        "cuGraphExecDestroy", () -> cuGraphExecDestroy(exec(graph)), () -> "graph=" + Cuda.hex(graph)));
    }

    /** Those that were not given back yet. */
    Set<Long> all() {
        return graphs.all();
    }

    private static CUgraphExec exec(long graph) {
        return Handles.set(new CUgraphExec(), graph);
    }

    private static Supplier<String> on(long stream) {
        return () -> "stream=" + Cuda.hex(stream);
    }
}
