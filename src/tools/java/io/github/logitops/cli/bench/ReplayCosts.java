package io.github.logitops.cli.bench;

import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.base.Resources;
import io.github.logitops.driver.Graphs;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import java.util.ArrayList;
import java.util.List;

/** The calls of {@link HostCosts} that allocate nothing, captured into CUDA graphs and replayed. */
final class ReplayCosts {
    private final Graphs graphs;
    private final LogitOps ops;
    private final HostClock clock;
    private final Stream stream;
    private final long queue;
    private final List<HostCost> costs = new ArrayList<>();

    /** @param graphs of the session's device */
    ReplayCosts(Graphs graphs, LogitOps ops, HostClock clock) {
        this.graphs = graphs;
        this.ops = ops;
        this.clock = clock;
        this.stream = clock.stream();
        this.queue = stream.handle();
    }

    List<HostCost> measure() {
        softmax();
        crossEntropy();
        return costs;
    }

    private void softmax() {
        try (Tensor x = HostCosts.small(ops, stream);
                Tensor y = ops.empty(DType.F32, HostCosts.SMALL)) {
            measure("softmax.forward", () -> ops.softmax().forward(x, y, stream), stream::synchronize);
        }
    }

    private void crossEntropy() {
        CrossEntropy op = ops.crossEntropy(CrossEntropyOptions.defaults());
        try (Tensor x = HostCosts.small(ops, stream);
                Tensor dx = ops.empty(DType.F32, HostCosts.SMALL);
                Tensor labels = ops.labels(new int[(int) HostCosts.SMALL.extent(0)], stream);
                CrossEntropyResult result = op.newResult(DType.F32, HostCosts.SMALL, stream)) {
            measure(
                    "crossEntropy.forwardBackward",
                    () -> op.forwardBackward(x, labels, null, GradScale.ONE, dx, result, stream),
                    () -> {
                        result.replayed(stream);
                        result.await();
                    });
        }
    }

    private void measure(String name, Runnable call, Runnable await) {
        call.run(); // loads its kernels
        stream.synchronize();
        try (Recorded recorded = record(call)) {
            costs.add(clock.warm(name + " replayed", recorded::replay));
            costs.add(clock.warm(name + " replayed, until it is done", () -> {
                recorded.replay();
                await.run();
            }));
        }
    }

    /** What the call queues. The capture is over in any case: a stream that is captured could not be closed. */
    private Recorded record(Runnable call) {
        graphs.begin(queue);
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            Resources.closeAfter(e, List.of(() -> graphs.destroy(graphs.end(queue))));
            throw e;
        }
        return new Recorded(graphs.end(queue));
    }

    /** A graph; closing it waits for its replays. */
    private final class Recorded implements AutoCloseable {
        private final long graph;

        Recorded(long graph) {
            this.graph = graph;
        }

        void replay() {
            graphs.replay(graph, queue);
        }

        @Override
        public void close() {
            Resources.closeAll(List.of(stream::synchronize, () -> graphs.destroy(graph)));
        }
    }
}
