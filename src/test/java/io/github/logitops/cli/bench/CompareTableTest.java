package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.spec.DType;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CompareTableTest {
    @Test
    void eachStandsBesideTheCopyOfItsOwnRun() {
        BenchReport ours = BenchReports.of(
                "logitops 1",
                BenchReports.copy(10),
                BenchReports.cell("logitops", "softmax.forward", 200, null, 12.5),
                BenchReports.cell("logitops", "softmax.backward", 300, null, 20));
        BenchReport theirs = BenchReports.of(
                "torch 2",
                BenchReports.copy(20),
                BenchReports.cell("torch.eager", "softmax.forward", 200, 300L, 25),
                BenchReports.cell("torch.compile", "softmax.forward", 200, 200L, 10));
        List<String> lines = CompareTable.ofProviders(List.of(ours, theirs))
                .toString()
                .lines()
                .toList();
        assertEquals(3, lines.size(), "what one provider alone has is left out");
        assertEquals(
                "| op | dtype | rows | columns | logitops: us, of copy, bytes moved |"
                        + " torch.eager: us, of copy, bytes moved | torch.compile: us, of copy, bytes moved |"
                        + " fastest other / ours |",
                lines.get(0));
        assertEquals(
                "| softmax.forward | BF16 | 4096 | 50257 | 12.5, 80.0 %, - | 25.0, 80.0 %, x 1.50 |"
                        + " 10.0, 200.0 %, x 1.00 | 0.80 |",
                lines.get(2));
    }

    @Test
    void whatNobodyMeasuredSaysSo() {
        BenchReport theirs = BenchReports.of(
                "torch 2",
                BenchReports.cell("torch.eager", "softmax.forward", 200, null, 25),
                BenchReports.cell("jax", "softmax.forward", 200, null, 10));
        assertEquals(
                "| softmax.forward | BF16 | 4096 | 50257 | not measured | 25.0, -, - | 10.0, -, - | not measured |",
                CompareTable.ofProviders(List.of(theirs))
                        .toString()
                        .lines()
                        .toList()
                        .get(2));
    }

    @Test
    void twoOfOursAreBeforeAndAfter() {
        BenchReport before = BenchReports.of(
                "logitops 1",
                BenchReports.copy(10),
                BenchReports.cell("logitops", "softmax.forward", 200, null, 15),
                BenchReports.cell("logitops", "gone", 200, null, 15));
        BenchReport after = BenchReports.of(
                "logitops 2",
                BenchReports.copy(5),
                BenchReports.cell("logitops", "new", 200, null, 5),
                BenchReports.cell("logitops", "softmax.forward", 200, null, 10));
        assertEquals(
                List.of(
                        "| op | dtype | rows | columns | before: us, of copy, bytes moved |"
                                + " after: us, of copy, bytes moved | before / after |",
                        "| --- | --- | --- | --- | --- | --- | --- |",
                        "| softmax.forward | BF16 | 4096 | 50257 | 15.0, 66.7 %, - | 10.0, 50.0 %, - | 1.50 |"),
                CompareTable.ofRuns(before, after).toString().lines().toList());
    }

    @Test
    void ofACellInTwoReportsTheLaterOneCounts() {
        BenchReport first = BenchReports.of(
                "logitops 1", BenchReports.copy(10), BenchReports.cell("logitops", "softmax.forward", 200, null, 20));
        BenchReport second = BenchReports.of(
                "logitops 2", BenchReports.copy(10), BenchReports.cell("logitops", "softmax.forward", 200, null, 12.5));
        BenchReport theirs =
                BenchReports.of("torch 2", BenchReports.cell("torch.eager", "softmax.forward", 200, null, 25));
        assertEquals(
                "| softmax.forward | BF16 | 4096 | 50257 | 12.5, 80.0 %, - | 25.0, -, - | 2.00 |",
                CompareTable.ofProviders(List.of(first, theirs, second))
                        .toString()
                        .lines()
                        .toList()
                        .get(2));
    }

    @Test
    void theMatrixHasTheReportsShapesAndOpsAndNamesTheOtherOps() {
        BenchReport report = BenchReports.of(
                "logitops 1",
                BenchReports.copy(10),
                BenchReports.cell("logitops", "softmax.forward", 200, null, 12.5),
                BenchReports.cell("logitops", "softmax.backward", 200, null, 20),
                new Cell("logitops", "softmax.forward", DType.F32, 2, 21, 4096, 0, 200, null, "copy", Spread.of(10)),
                new Cell("logitops", "softmax.forward", DType.F32, 2, 33, 1, 7, 200, null, "copy", Spread.of(10)));
        String others = BenchOp.ALL.stream()
                .map(BenchOp::name)
                .filter(op -> !op.startsWith("softmax."))
                .collect(Collectors.joining(", "));
        assertEquals(
                List.of(
                        "| dtype | rows | columns | softmax.forward | softmax.backward |",
                        "| ---: | ---: | ---: | ---: | ---: |",
                        "| BF16 | 4096 | 50257 | 80.0 % | 50.0 % |",
                        "| F32 | 2 x 4096 | 21 | - | not measured |",
                        "| F32 | 2 | 33, stride 40 | - | not measured |",
                        "",
                        "Not measured: " + others + "."),
                BenchMatrix.of(report).lines().toList());
    }
}
