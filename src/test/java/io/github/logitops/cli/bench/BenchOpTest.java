package io.github.logitops.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.spec.DType;
import io.github.logitops.spec.Op;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BenchOpTest {
    /** Of some there are several sorts of calls; what sort it is comes behind a blank. */
    @Test
    void everyMethodOfTheTableOfOpsIsMeasuredAndNothingElse() {
        TreeSet<String> methods = new TreeSet<>();
        for (Op op : Op.values()) {
            op.methods().forEach(method -> methods.add(op.method(method)));
        }
        methods.removeIf(method -> method.startsWith("linear")); // measured by `logitops head`
        TreeSet<String> measured = BenchOp.ALL.stream()
                .map(op -> op.name().replaceAll(" .*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(methods, measured);
    }

    @Test
    void bytesAreTheLeastThatWouldDo() {
        BenchShape shape = BenchShape.rows(DType.BF16, 4, 33);
        long tensor = 4 * 33 * 2;
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("softmax.forward", 2 * tensor + " copy");
        expected.put("softmax.backward", 3 * tensor + " triad");
        expected.put("logSoftmax.forward", 2 * tensor + " copy");
        expected.put("logSoftmax.backward", 3 * tensor + " triad");
        expected.put("crossEntropy.forward", tensor + 4 * 12 + " read");
        expected.put("crossEntropy.backward", 2 * tensor + 4 * 8 + " copy");
        expected.put("crossEntropy.forwardBackward", 2 * tensor + 4 * 12 + " copy");
        expected.put("maskedSoftmax.forward additive", 3 * tensor + " triad");
        expected.put("maskedSoftmax.forward causal", 2 * tensor - 2 * (3 + 2 + 1) + " copy");
        expected.put("maskedSoftmax.backward", 3 * tensor + " triad");
        expected.put("logSumExp.forward", tensor + 4 * 4 + " read");
        expected.put("logSumExp.backward", 2 * tensor + 4 * 4 + " copy");
        expected.put("selectedLogProb.forward", tensor + 4 * 12 + " read");
        expected.put("selectedLogProb.backward", 2 * tensor + 4 * 8 + " copy");
        expected.put("entropy.forward", tensor + 4 * 8 + " read");
        expected.put("entropy.backward", 2 * tensor + 4 * 8 + " copy");
        expected.put("distillation.forward", 2 * tensor + 4 * 4 + " read");
        expected.put("distillation.forwardBackward", 3 * tensor + 4 * 4 + " triad");
        expected.put("crossEntropy.forward probabilities", 2 * tensor + 4 * 8 + " read");
        expected.put("crossEntropy.backward probabilities", 3 * tensor + 4 * 8 + " triad");
        expected.put("crossEntropy.forwardBackward probabilities", 3 * tensor + 4 * 8 + " triad");
        expected.put("crossEntropy.forwardBackward label smoothing", 2 * tensor + 4 * 12 + " copy");
        expected.put("crossEntropy.forwardBackward class weights", 2 * tensor + 4 * 16 + " copy");
        expected.put("crossEntropy.forwardBackward ignored rows", 2 * tensor + 4 * 12 + " copy");
        expected.put("crossEntropy.forwardBackward z-loss", 2 * tensor + 4 * 12 + " copy");
        expected.put("crossEntropy.forwardBackward soft cap", 2 * tensor + 4 * 12 + " copy");
        expected.put("crossEntropy.forwardBackward entropy", 2 * tensor + 4 * 16 + " copy");
        expected.put("crossEntropy.forwardBackward argmax", 2 * tensor + 4 * 20 + " copy");
        expected.put("crossEntropyShard.forwardPartials", tensor + 4 * 24 + " read");
        expected.put("crossEntropyShard.combine", 4 * 32 + " read");
        expected.put("crossEntropyShard.combineProbabilities", 4 * 28 + " read");
        expected.put("crossEntropyShard.backward", 2 * tensor + 4 * 8 + " copy");
        expected.put("sigmoid.forward", 2 * tensor + " copy");
        expected.put("sigmoid.backward", 3 * tensor + " triad");
        expected.put("logSigmoid.forward", 2 * tensor + " copy");
        expected.put("logSigmoid.backward", 3 * tensor + " triad");
        expected.put("sigmoidCrossEntropy.forward", 2 * tensor + 4 * 33 * 4 + " triad");
        expected.put("sigmoidCrossEntropy.backward", 3 * tensor + " triad");
        expected.put("sigmoidCrossEntropy.forwardBackward", 3 * tensor + " triad");
        Map<String, String> actual = new LinkedHashMap<>();
        BenchShape padded = new BenchShape(DType.BF16, 4, 33, 1, 7);
        assertEquals(4 * 40 * 2, padded.span());
        for (BenchOp op : BenchOp.ALL) {
            Traffic traffic = op.traffic();
            assertEquals(traffic.bytes().applyAsLong(shape), traffic.bytes().applyAsLong(padded), op.name());
            actual.put(op.name(), traffic.bytes().applyAsLong(shape) + " " + traffic.ceiling());
        }
        assertEquals(expected, actual);
    }

    /** A causal mask needs squares, or fewer queries than keys, and keys side by side. */
    @Test
    void causalMasksAreMeasuredWhereThereCanBeOne() {
        BenchOp causal = BenchOp.ALL.stream()
                .filter(op -> op.name().endsWith(" causal"))
                .findFirst()
                .orElseThrow();
        BenchShape squares = BenchShape.rows(DType.F32, 12, 4);
        assertTrue(causal.suits().test(squares));
        assertEquals(4 * (48 + 3 * 10), causal.traffic().bytes().applyAsLong(squares));
        assertTrue(causal.suits().test(BenchShape.rows(DType.F32, 3, 4)));
        assertFalse(causal.suits().test(BenchShape.rows(DType.F32, 13, 4)));
        assertFalse(causal.suits().test(new BenchShape(DType.F32, 1, 4, 4)));
    }
}
