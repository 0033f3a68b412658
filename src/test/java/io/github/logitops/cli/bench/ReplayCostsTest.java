package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.driver.Graphs;
import io.github.logitops.memory.Stream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever fails, a capture is ended and a graph is given back, and what failed first is told. */
class ReplayCostsTest {
    private final LogitOps ops = LogitOps.open(Backend.CPU);
    private final Stream stream = ops.newStream();
    private final List<String> calls = new ArrayList<>();

    @AfterEach
    void close() {
        stream.close();
        ops.close();
    }

    private void measure(Graphs graphs) {
        new ReplayCosts(graphs, ops, new HostClock(stream, 1, 0)).measure();
    }

    @Test
    void aReplayThatFails() {
        IllegalStateException replay = new IllegalStateException("replay");
        IllegalStateException destroy = new IllegalStateException("destroy");
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> measure(new Noted() {
                    @Override
                    public void replay(long graph, long stream) {
                        super.replay(graph, stream);
                        throw replay;
                    }

                    @Override
                    public void destroy(long graph) {
                        super.destroy(graph);
                        throw destroy;
                    }
                }));
        assertSame(replay, thrown);
        assertEquals(List.of(destroy), List.of(thrown.getSuppressed()));
        assertEquals(List.of("begin", "end", "replay 7", "destroy 7"), calls);
    }

    @Test
    void aCallThatFailsWhileItIsCaptured() {
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> measure(new Noted() {
                    @Override
                    public void begin(long handle) {
                        super.begin(handle);
                        stream.close();
                    }
                }));
        String where = thrown.getMessage().replaceAll("closedAt=.*ReplayCostsTest.*", "closedAt=here");
        assertEquals("stream: used after close: stream=1, closedAt=here", where);
        assertEquals(List.of("begin", "end", "destroy 7"), calls);
    }

    /** Records nothing but what it was called for. */
    private class Noted implements Graphs {
        @Override
        public void begin(long stream) {
            calls.add("begin");
        }

        @Override
        public long end(long stream) {
            calls.add("end");
            return 7;
        }

        @Override
        public void replay(long graph, long stream) {
            calls.add("replay " + graph);
        }

        @Override
        public void destroy(long graph) {
            calls.add("destroy " + graph);
        }
    }
}
