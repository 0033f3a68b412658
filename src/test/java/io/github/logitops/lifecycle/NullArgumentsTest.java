package io.github.logitops.lifecycle;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.logitops.Backend;
import io.github.logitops.CrossEntropyShard;
import io.github.logitops.Distillation;
import io.github.logitops.DistillationResult;
import io.github.logitops.EntropyResult;
import io.github.logitops.LogSumExpResult;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.SelectedLogProbResult;
import io.github.logitops.SigmoidCrossEntropyResult;
import io.github.logitops.base.Resources;
import io.github.logitops.memory.BinaryTargets;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.memory.LinearGradients;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Mask;
import io.github.logitops.memory.Stream;
import io.github.logitops.memory.Tensor;
import io.github.logitops.op.CrossEntropyProblem;
import io.github.logitops.spec.Axis;
import io.github.logitops.spec.CrossEntropyOptions;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.DistillationOptions;
import io.github.logitops.spec.Divergence;
import io.github.logitops.spec.EmptyMean;
import io.github.logitops.spec.Layout;
import io.github.logitops.spec.Op;
import io.github.logitops.spec.Reduction;
import io.github.logitops.spec.RowChunks;
import io.github.logitops.spec.RowOutput;
import io.github.logitops.spec.SelectedLogProbOptions;
import io.github.logitops.spec.Shape;
import io.github.logitops.spec.SigmoidCrossEntropyOptions;
import io.github.logitops.spec.TemperatureFactor;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Null in the place of each argument of each public method: the error names the call and the argument. */
class NullArgumentsTest {
    private static final Shape SHAPE = Shape.of(2, 3);
    private static final Shape ROWS = Shape.of(2);

    private static LogitOps ops;
    private static Stream stream;
    private static Tensor tensor;
    private static final List<AutoCloseable> MADE = new ArrayList<>(); // for the call under way

    @TestFactory
    List<DynamicTest> everyMethodNamesIt() {
        ops = LogitOps.open(Backend.CPU);
        stream = ops.newStream();
        tensor = ops.empty(DType.F32, SHAPE);
        CrossEntropyOptions options = CrossEntropyOptions.defaults();
        List<Object> receivers = List.of(
                ops,
                ops.softmax(),
                ops.logSoftmax(),
                ops.maskedSoftmax(),
                ops.logSumExp(),
                ops.entropy(),
                ops.selectedLogProb(SelectedLogProbOptions.defaults()),
                ops.distillation(DistillationOptions.defaults()),
                ops.crossEntropy(options),
                ops.crossEntropy(options).shard(0, 3),
                ops.linearCrossEntropy(options),
                ops.linearSelectedLogProb(SelectedLogProbOptions.defaults()),
                ops.sigmoid(),
                ops.logSigmoid(),
                ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults()),
                BinaryTargets.of(tensor),
                SigmoidCrossEntropyOptions.defaults(),
                stream,
                tensor,
                GradScale.ONE,
                Mask.causal(),
                SHAPE,
                Layout.dense(SHAPE),
                Axis.LAST,
                options,
                DistillationOptions.defaults(),
                SelectedLogProbOptions.defaults(),
                OpenOptions.defaults());
        List<DynamicTest> tests = new ArrayList<>();
        receivers.forEach(receiver -> addTests(receiver, tests));
        assertTrue(tests.size() > 250, "only " + tests.size());
        return tests;
    }

    @AfterEach
    void closeAll() {
        Resources.closeAll(List.of(tensor, stream, ops)); // the dynamic tests have run by now
    }

    private static void addTests(Object receiver, List<DynamicTest> tests) {
        for (Method method : typeOf(receiver).getDeclaredMethods()) {
            boolean called = Modifier.isPublic(method.getModifiers())
                    && !method.getName().equals("equals");
            for (int i = 0; called && i < method.getParameterCount(); i++) {
                int at = i;
                Parameter parameter = method.getParameters()[i];
                if (!parameter.getType().isPrimitive() && !mayBeNull(method, parameter)) {
                    String name = method.getDeclaringClass().getSimpleName() + "." + method.getName()
                            + Arrays.toString(method.getParameterTypes()) + ": " + parameter.getName();
                    tests.add(dynamicTest(name, () -> assertNamed(receiver, method, at)));
                }
            }
        }
    }

    /** The type by which users know it. */
    private static Class<?> typeOf(Object receiver) {
        return receiver instanceof Stream
                ? Stream.class
                : receiver instanceof Tensor ? Tensor.class : receiver.getClass();
    }

    private static boolean mayBeNull(Method method, Parameter parameter) {
        boolean ofDistillation = method.getDeclaringClass() == Distillation.class;
        boolean ofCombine = method.getDeclaringClass() == CrossEntropyShard.class
                && method.getName().equals("combine"); // which sends to another method
        return Set.of("weights", "bias").contains(parameter.getName())
                || parameter.getName().matches("(?i).*(positive|element)Weights")
                || parameter.getName().equals("labels") && (ofDistillation || ofCombine);
    }

    private static void assertNamed(Object receiver, Method method, int at) {
        try {
            assertNamedBy(receiver, method, at);
        } finally {
            Resources.closeAll(MADE);
            MADE.clear();
        }
    }

    private static void assertNamedBy(Object receiver, Method method, int at) {
        Parameter[] parameters = method.getParameters();
        Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == at ? null : argument(method, parameters[i]);
        }
        InvocationTargetException e =
                assertThrows(InvocationTargetException.class, () -> method.invoke(receiver, arguments));
        NullPointerException thrown = assertInstanceOf(NullPointerException.class, e.getCause());
        String name = parameters[at].getName();
        String plain = name.startsWith("new") ? name.substring(3, 4).toLowerCase() + name.substring(4) : name;
        assertTrue(
                String.valueOf(thrown.getMessage()).matches("[a-zA-Z.]+: " + plain + " is null"), thrown.getMessage());
    }

    private static Object argument(Method method, Parameter parameter) {
        Class<?> type = parameter.getType();
        String name = parameter.getName();
        if (type == Tensor.class) {
            return keep(newTensor(name));
        } else if (type.isArray() && type.getComponentType().isPrimitive()) {
            return Array.newInstance(type.getComponentType(), length(name));
        } else if (type == Shape.class) {
            return method.getName().equals("labels") ? ROWS : SHAPE;
        } else if (type == Stream.class) {
            return stream;
        } else if (type.getSimpleName().endsWith("Result")) {
            return keep(newResult(type));
        } else if (type == LinearLayer.class) {
            return LinearLayer.of(keep(ops.empty(DType.F32, Shape.of(3, 3))));
        } else if (type == BinaryTargets.class) {
            return BinaryTargets.of(keep(newTensor("probabilities")));
        } else if (name.equals("classes")) {
            return 3L;
        }
        return plain(type);
    }

    private static <T extends AutoCloseable> T keep(T made) {
        MADE.add(made);
        return made;
    }

    private static Object plain(Class<?> type) {
        List<Object> values = List.of(
                DType.F32,
                Layout.dense(SHAPE),
                Axis.LAST,
                GradScale.ONE,
                Mask.causal(),
                ByteBuffer.allocate(24),
                HostTensor.of(new float[6], SHAPE),
                CrossEntropyOptions.defaults(),
                DistillationOptions.defaults(),
                SelectedLogProbOptions.defaults(),
                SigmoidCrossEntropyOptions.defaults(),
                OpenOptions.defaults(),
                RowChunks.defaults(),
                LinearGradients.of(null, null),
                Backend.CPU,
                Reduction.SUM,
                EmptyMean.ZERO,
                Divergence.KL,
                TemperatureFactor.ONE,
                LeakTracking.OFF,
                new RowOutput[0],
                new Op[0],
                (Runnable) () -> {},
                (Supplier<Object>) () -> 0,
                0,
                0L,
                0.5);
        Class<?> boxed = MethodType.methodType(type).wrap().returnType();
        return values.stream().filter(boxed::isInstance).findFirst().orElseThrow(() -> new AssertionError(type));
    }

    private static Tensor newTensor(String name) {
        if (Set.of("labels", "targets").contains(name)) {
            return ops.labels(new int[2], stream);
        } else if (Set.of("lse", "entropy", "factors").contains(name)) {
            return ops.empty(DType.F32, ROWS);
        } else if (name.equals("partials")) {
            return ops.empty(DType.F32, CrossEntropyProblem.Partials.shape(ROWS));
        } else if (name.equals("gathered")) {
            return ops.empty(DType.F32, CrossEntropyProblem.Partials.shape(ROWS, 1));
        } else if (name.equals("weights")) {
            return ops.empty(DType.F32, Shape.of(3));
        } else if (name.equals("keep")) {
            return ops.empty(DType.BOOL, SHAPE);
        }
        return ops.empty(DType.F32, SHAPE);
    }

    private static int length(String name) {
        return switch (name) {
            case "labels", "dlse", "dEntropy", "dLogProbs" -> 2;
            case "weights", "positiveWeights", "bias" -> 3;
            case "weight" -> 9; // of a linear layer
            default -> 6;
        };
    }

    /** A result that an op filled. */
    private static AutoCloseable newResult(Class<?> type) {
        Tensor x = keep(newTensor("x"));
        Tensor y = keep(newTensor("labels"));
        if (type == LogSumExpResult.class) {
            return ops.logSumExp().forward(x, stream);
        } else if (type == EntropyResult.class) {
            return ops.entropy().forward(x, stream);
        } else if (type == SelectedLogProbResult.class) {
            return ops.selectedLogProb(SelectedLogProbOptions.defaults()).forward(x, y, stream);
        } else if (type == DistillationResult.class) {
            return ops.distillation(DistillationOptions.defaults()).forward(x, x, y, stream);
        } else if (type == SigmoidCrossEntropyResult.class) {
            return ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults())
                    .forward(x, BinaryTargets.of(x), stream);
        }
        return ops.crossEntropy(CrossEntropyOptions.defaults()).forward(x, y, stream);
    }
}
