package io.github.logitops.cli.bench;

import io.github.logitops.spec.DType;
import java.util.List;

/** Reports to try things on. */
final class BenchReports {
    static final BenchShape SHAPE = BenchShape.rows(DType.BF16, 4096, 50257);

    private BenchReports() {}

    static BenchReport of(String tool, Cell... cells) {
        return new BenchReport(
                BenchReport.SCHEMA,
                tool,
                "0123456789ab",
                "2026-11-24T10:00:00Z",
                "CUDA",
                "Some GPU",
                "Linux",
                "quick",
                5,
                List.of(cells),
                List.of(),
                List.of());
    }

    /** One that holds nothing but costs of the host, and what was left out. */
    static BenchReport ofHost(String tool, List<LeftOut> leftOut, HostCost... costs) {
        return new BenchReport(
                BenchReport.SCHEMA,
                tool,
                "0123456789ab",
                "2026-11-24T10:00:00Z",
                "CUDA",
                "Some GPU",
                "Linux",
                "launch",
                5,
                List.of(),
                List.of(costs),
                leftOut);
    }

    static Cell copy(double micros) {
        return cell(Cell.CEILING, "copy", 200, null, micros);
    }

    static Cell cell(String provider, String op, long bytes, Long movedBytes, double micros) {
        return new Cell(
                provider,
                op,
                SHAPE.dtype(),
                SHAPE.outer(),
                SHAPE.columns(),
                SHAPE.inner(),
                SHAPE.padding(),
                bytes,
                movedBytes,
                "copy",
                Spread.of(micros));
    }
}
