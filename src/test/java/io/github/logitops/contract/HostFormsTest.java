package io.github.logitops.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.logitops.LogitOps;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.support.Bench;
import io.github.logitops.support.HostArguments;
import io.github.logitops.support.OnEachRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.RigKind;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of forms in docs/operators.md, op by op: every method on arrays gives what the one on tensors does, bit for bit. */
@OnEachRig
class HostFormsTest {
    private final Rig rig;

    HostFormsTest(RigKind kind) {
        rig = kind.rig();
    }

    private static Map<String, Object> ops(LogitOps ops, HostArguments given) {
        CrossEntropyOptions ofLosses = CrossEntropyOptions.defaults();
        SelectedLogProbOptions ofLogProbs = SelectedLogProbOptions.defaults();
        return Map.ofEntries(
                Map.entry("softmax", ops.softmax(-1)),
                Map.entry("logSoftmax", ops.logSoftmax(-1)),
                Map.entry("maskedSoftmax", ops.maskedSoftmax(-1)),
                Map.entry("logSumExp", ops.logSumExp(-1)),
                Map.entry("entropy", ops.entropy(-1)),
                Map.entry("selectedLogProb", ops.selectedLogProb(ofLogProbs, -1)),
                Map.entry("distillation", ops.distillation(OnTensors.options(given), -1)),
                Map.entry("crossEntropy", ops.crossEntropy(ofLosses, -1)),
                Map.entry("linearCrossEntropy", ops.linearCrossEntropy(ofLosses, OnTensors.CHUNKS)),
                Map.entry("linearSelectedLogProb", ops.linearSelectedLogProb(ofLogProbs, OnTensors.CHUNKS)),
                Map.entry("sigmoid", ops.sigmoid()),
                Map.entry("logSigmoid", ops.logSigmoid()),
                Map.entry("sigmoidCrossEntropy", ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults(), -1)));
    }

    private static Stream<Method> formsOf(Object op) {
        return Arrays.stream(op.getClass().getMethods()).filter(HostArguments::areOf);
    }

    @Test
    void everyMethodOnArraysIsAsTheOneOnTensors() throws IllegalAccessException {
        Set<String> met = new TreeSet<>();
        try (Bench bench = new Bench(rig)) {
            for (String name :
                    ops(bench.ops(), new HostArguments(null, Set.of())).keySet()) {
                Object any = ops(bench.ops(), new HostArguments(null, Set.of())).get(name);
                for (Method method : formsOf(any).toList()) {
                    HostArguments given = HostArguments.of(method);
                    String call = name + "." + method.getName();
                    OnTensors onTensors = OnTensors.ALL.get(call);
                    assertTrue(onTensors != null, () -> "not in the table: " + method);
                    List<Object> expected = bench.ops().onHost(host -> onTensors.run(bench.ops(), given, host));
                    Object[] arrays = given.arrays();
                    Object actual = invoke(method, ops(bench.ops(), given).get(name), arrays);
                    assertEquals(expected, OnTensors.flattened(actual), method::toString);
                    assertTrue(Arrays.deepEquals(given.arrays(), arrays), () -> "arrays were changed: " + method);
                    met.add(call);
                }
            }
        }
        assertEquals(new TreeSet<>(OnTensors.ALL.keySet()), met);
    }

    private static Object invoke(Method method, Object op, Object[] arguments) throws IllegalAccessException {
        try {
            return method.invoke(op, arguments);
        } catch (InvocationTargetException e) {
            return fail(method.toString(), e.getCause());
        }
    }

    /** What goes with floats goes with doubles, and what goes with int[] with long[]. */
    @Test
    void everyFormHasItsTwins() {
        try (Bench bench = new Bench(rig)) {
            for (Object op : ops(bench.ops(), new HostArguments(null, Set.of())).values()) {
                Set<String> forms = formsOf(op).map(HostFormsTest::signature).collect(Collectors.toSet());
                for (String form : forms) {
                    assertTrue(forms.contains(form.replace("float[]", "double[]")), form);
                    assertTrue(forms.contains(form.replace("double[]", "float[]")), form);
                    assertTrue(forms.contains(form.replace("int[]", "long[]")), form);
                    assertTrue(forms.contains(form.replace("long[]", "int[]")), form);
                }
            }
        }
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .toList();
    }
}
