package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropy;
import io.github.logitops.CrossEntropyResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.util.List;

/** What results ask of the device, call by call, on the stub. */
final class StubResults implements StubMain.Scenarios {
    private static final Shape SHAPE = Shape.of(100, 3);

    private final StubLog log = new StubLog();
    private final LogitOps ops =
            LogitOps.open(Backend.CUDA, OpenOptions.defaults().withCacheLimitBytes(0));
    private final Stream stream = ops.newStream();
    private final Tensor x = ops.upload(new float[300], DType.F32, SHAPE, stream);
    private final Tensor labels = ops.labels(new int[100], stream);
    private final CrossEntropy loss = ops.crossEntropy(CrossEntropyOptions.defaults());

    @Override
    public void close() {
        Resources.closeAll(List.of(labels, x, stream, ops));
    }

    void eachIsAPieceForRowsAndOneForTheBatch() {
        log.calls();
        try (CrossEntropyResult result = loss.newResult(DType.F32, SHAPE, stream)) {
            assertEquals(512, result.lse().address() - result.rowLosses().address());
            assertEquals(
                    List.of("cuStreamIsCapturing", "cuMemAlloc 2520", "cuMemAlloc 84", "cuMemsetD8Async 255 84"),
                    log.calls());
        }
        log.calls();
        try (EntropyResult result = ops.entropy().newResult(DType.F32, SHAPE, stream)) {
            assertEquals(1536, result.entropy().address() - result.lse().address());
            assertEquals(List.of("cuStreamIsCapturing", "cuMemAlloc 1936"), log.calls());
        }
    }

    void aLossIsOneCopyAndOneWait() {
        try (CrossEntropyResult result = loss.forward(x, labels, stream)) {
            x.download(stream); // so that no staging buffer waits for its upload
            loss.forward(x, labels, null, result, stream);
            log.calls();
            result.await();
            assertEquals(List.of("cuStreamIsCapturing", "cuMemcpyDtoHAsync 80", "cuStreamSynchronize"), log.calls());
            result.countedRows();
            assertEquals(List.of("cuStreamIsCapturing", "cuMemcpyDtoHAsync 80", "cuStreamSynchronize"), log.calls());
        }
    }

    void aCloseKeepsTheTotalsAloneForTheLookAtTheLabels() {
        CrossEntropyResult result = loss.forward(x, labels, stream);
        log.calls();
        result.close();
        assertEquals(
                List.of(
                        "cuStreamIsCapturing",
                        "cuEventCreate 2",
                        "cuEventRecord",
                        "cuEventQuery",
                        "cuEventDestroy",
                        "cuMemFree"),
                log.calls());
        assertEquals(2, ops.memoryStatistics().liveTensors(), "logits and labels");
        stream.synchronize();
        assertEquals(1, log.calls("cuMemFree").size());
    }
}
