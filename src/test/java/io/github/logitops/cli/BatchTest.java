package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.Backend;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.memory.DeviceOutOfMemoryException;
import io.github.logitops.memory.Stream;
import io.github.logitops.spec.DType;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchTest {
    private static final byte[] TEXT = "abcabdabcabeabcabd".getBytes(StandardCharsets.ISO_8859_1);

    /** 17 pairs in batches of 5: the three rows that fill the last one up must not count. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16"})
    void anUntrainedTableFindsAllBytesAlike(DType dtype) {
        var table = new LogitTable(new Contexts(1, 1));
        try (LogitOps ops = LogitOps.open(Backend.CPU);
                Stream stream = ops.newStream();
                Batch batch = new Batch(ops, stream, dtype, 5, table, TEXT)) {
            var trainer = new Trainer(batch, IntStream.range(1, TEXT.length).toArray());
            assertEquals(4, trainer.stepsPerEpoch());
            assertEquals(Math.log(256), trainer.meanLoss(loss -> true), 1e-6);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "BF16"})
    void everyFloatingDtypeLearns(DType dtype) {
        var table = new LogitTable(new Contexts(1, 1));
        var told = new AtomicInteger();
        try (LogitOps ops = LogitOps.open(Backend.CPU);
                Stream stream = ops.newStream();
                Batch batch = new Batch(ops, stream, dtype, 5, table, TEXT)) {
            var trainer = new Trainer(batch, IntStream.range(1, TEXT.length).toArray());
            LossCurve losses = trainer.train(240, 2, 1, loss -> told.incrementAndGet() > 0);
            double optimum = BigramOptimum.of(TEXT, 1);
            assertEquals(240, told.get());
            assertTrue(losses.points(1).get(0).loss() > optimum);
            assertEquals(optimum, trainer.meanLoss(loss -> true), 0.02);
        }
    }

    @Test
    void endsWhereItIsToldTo() {
        var table = new LogitTable(new Contexts(1, 1));
        var told = new AtomicInteger();
        try (LogitOps ops = LogitOps.open(Backend.CPU);
                Stream stream = ops.newStream();
                Batch batch = new Batch(ops, stream, DType.F32, 5, table, TEXT)) {
            var trainer = new Trainer(batch, IntStream.range(1, TEXT.length).toArray());
            assertEquals(
                    7,
                    trainer.train(240, 2, 1, loss -> told.incrementAndGet() < 7).steps());
            told.set(0);
            trainer.meanLoss(loss -> told.incrementAndGet() < 2);
            assertEquals(2, told.get());
        }
    }

    @Test
    void aBatchWithoutRoomLeavesNothing() {
        var table = new LogitTable(new Contexts(1, 1));
        try (LogitOps ops = LogitOps.open(Backend.CPU, OpenOptions.defaults().withMemoryLimitBytes(64 * 1024 + 1000));
                Stream stream = ops.newStream()) {
            assertThrows(DeviceOutOfMemoryException.class, () -> new Batch(ops, stream, DType.F32, 64, table, TEXT));
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }

    @Test
    void allMemoryIsGivenBack() {
        var table = new LogitTable(new Contexts(1, 1));
        try (LogitOps ops = LogitOps.open(Backend.CPU);
                Stream stream = ops.newStream()) {
            try (Batch batch = new Batch(ops, stream, DType.F32, 5, table, TEXT)) {
                new Trainer(batch, IntStream.range(1, TEXT.length).toArray()).train(4, 1, 1, loss -> true);
            }
            TextSampler.sample(ops, stream, table, TEXT, 3, 1);
            stream.synchronize();
            assertEquals(0, ops.memoryStatistics().liveTensors());
        }
    }
}
