package io.github.logitops.cli.check;

import io.github.logitops.LogitOps;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cli.ShippedPtx;
import io.github.logitops.reference.Tolerance;
import io.github.logitops.spec.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Exact outputs of a device on small rows with a fixed seed, for other machines to be held against: a line for each output, with
 * its name and its values as hexadecimal floating-point numbers, which are exact for every dtype. A line before them tells by
 * what hash the kernels go that gave them ({@link ShippedPtx#hash}).
 */
final class Goldens {
    private static final long SEED = 1;
    private static final Map<Placement, List<Integer>> LENGTHS = Map.of( // few and short: a file is to stay small
            Placement.DENSE, List.of(1, 33), Placement.SHIFTED, List.of(35), Placement.COLUMNS, List.of(9));
    private static final String SEPARATOR = " = ";
    private static final String KERNELS = "# kernels ";

    private Goldens() {}

    /** Runs the cases on {@code ops} and writes what it gives. */
    static void record(LogitOps ops, OutputFile file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "# logitops check --record, outputs of: " + ops.backendReport().device());
        lines.add(KERNELS + ShippedPtx.hash());
        run(ops, (output, stored, actual, scales) -> lines.add(output + SEPARATOR + text(actual)));
        file.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Runs the same cases on {@code ops} and tells what differs from the recorded outputs. Of the kernels at hand F64 results
     * must have the same bits; those of others, and all that come from approximate instructions, may lie two bounds of an error
     * apart: either is within one of what is exact. What other kernels recorded may lack ops that are newer.
     */
    static List<String> differences(LogitOps ops, Path file) throws IOException {
        Map<String, String> recorded = new LinkedHashMap<>();
        String ours = KERNELS + ShippedPtx.hash();
        boolean sameKernels = false;
        for (String line : Files.readAllLines(file)) {
            sameKernels |= line.equals(ours);
            if (!line.startsWith("#")) {
                recorded.put(line.substring(0, line.indexOf(SEPARATOR)), line.substring(line.indexOf(SEPARATOR) + 3));
            }
        }
        boolean toTheBit = sameKernels;
        List<String> differences = new ArrayList<>();
        run(ops, (output, stored, actual, scales) -> {
            String golden = recorded.remove(output);
            if (golden == null) {
                if (toTheBit) {
                    differences.add(output + ": not recorded");
                }
            } else if (!text(actual).equals(golden)
                    && (toTheBit && stored == DType.F64 || !alike(stored, values(golden), actual, scales))) {
                differences.add(output + ": recorded=" + golden + ", actual=" + text(actual));
            }
        });
        recorded.keySet().forEach(output -> differences.add(output + ": recorded, and not there any more"));
        return differences;
    }

    private static void run(LogitOps ops, Verdict.Listener listener) {
        OracleCheck check = new OracleCheck(ops, new Verdict(listener), SEED);
        for (DType dtype : DType.values()) {
            for (Placement placement : Placement.values()) {
                for (int length :
                        dtype.isFloating() ? LENGTHS.getOrDefault(placement, List.of()) : List.<Integer>of()) {
                    check.run(new Case(dtype, length, placement));
                }
            }
        }
    }

    private static boolean alike(DType stored, double[] golden, double[] actual, double[] scales) {
        boolean alike = golden.length == actual.length;
        for (int j = 0; alike && j < actual.length; j++) {
            alike = Tolerance.units(stored, golden[j], actual[j], scales[j]) <= 2;
        }
        return alike;
    }

    private static String text(double[] values) {
        StringJoiner text = new StringJoiner(" ");
        for (double value : values) {
            text.add(Double.toHexString(value));
        }
        return text.toString();
    }

    private static double[] values(String text) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }
}
