package io.github.logitops.support;

import io.github.logitops.HostCall;
import io.github.logitops.memory.GradScale;
import io.github.logitops.memory.HostTensor;
import io.github.logitops.memory.LinearLayer;
import io.github.logitops.memory.Tensor;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Arguments of an op's methods on arrays, by the names of their parameters: as arrays, and as the tensors that the same method on tensors
 * takes.
 *
 * @param method the one on arrays
 * @param names of its parameters
 */
public record HostArguments(Method method, Set<String> names) {
    public static final Shape ROWS = Shape.of(3);
    public static final int CLASSES = 5;

    private static final Shape LOGITS = Shape.of(3, CLASSES);
    private static final int FEATURES = 2;
    private static final long[] LABELS = {4, -100, 0};
    private static final boolean[] KEEP = {true, false, true, true, false};
    private static final double SCALE = 0.5;

    private static final Map<String, Shape> SHAPES = Map.of( // of what is not like the logits
            "hidden", Shape.of(3, FEATURES),
            "weight", Shape.of(CLASSES, FEATURES),
            "bias", Shape.of(CLASSES),
            "weights", Shape.of(CLASSES),
            "positiveWeights", Shape.of(CLASSES),
            "additive", Shape.of(CLASSES),
            "keep", Shape.of(CLASSES),
            "dlse", ROWS,
            "dEntropy", ROWS,
            "dLogProbs", ROWS);

    public static HostArguments of(Method method) {
        Set<String> names =
                Arrays.stream(method.getParameters()).map(Parameter::getName).collect(Collectors.toSet());
        return new HostArguments(method, names);
    }

    /** Whether all that it takes is arrays and what belongs to them. */
    public static boolean areOf(Method method) {
        List<Class<?>> types = List.of(method.getParameterTypes());
        return types.stream().anyMatch(Class::isArray) && types.contains(Shape.class) && !types.contains(DType.class);
    }

    private static Shape shape(String name) {
        return SHAPES.getOrDefault(name, LOGITS);
    }

    private static double[] values(String name) {
        Random random = new Random(name.hashCode());
        return random.doubles(shape(name).elements(), 0.1, 0.9)
                .map(v -> (float) v)
                .toArray();
    }

    /** All of them, in order. */
    public Object[] arrays() {
        return Arrays.stream(method.getParameters()).map(this::argument).toArray();
    }

    private Object argument(Parameter parameter) {
        String name = parameter.getName();
        Class<?> type = parameter.getType();
        if (type == Shape.class) {
            boolean ofMask = name.equals("keepShape") || name.equals("additiveShape");
            return ofMask ? Shape.of(CLASSES) : names.contains("hidden") ? shape("hidden") : LOGITS;
        } else if (type == GradScale.class) {
            return GradScale.of(SCALE);
        } else if (type == long.class) {
            return (long) CLASSES;
        } else if (type == boolean[].class) {
            return KEEP.clone();
        }
        double[] values =
                name.equals("labels") ? Arrays.stream(LABELS).asDoubleStream().toArray() : values(name);
        Object array = Array.newInstance(type.getComponentType(), values.length);
        for (int i = 0; i < values.length; i++) {
            if (array instanceof int[] ints) {
                ints[i] = (int) values[i];
            } else if (array instanceof long[] longs) {
                longs[i] = (long) values[i];
            } else if (array instanceof float[] floats) {
                floats[i] = (float) values[i];
            } else {
                ((double[]) array)[i] = values[i];
            }
        }
        return array;
    }

    /** F32 of floats, F64 of doubles. */
    public DType dtype() {
        return List.of(method.getParameterTypes()).contains(float[].class) ? DType.F32 : DType.F64;
    }

    /** The tensor for an array; null if the method does not take it. */
    public Tensor tensor(String name, HostCall host) {
        if (!names.contains(name)) {
            return null;
        } else if (name.equals("labels")) {
            return host.in(HostTensor.of(LABELS));
        } else if (name.equals("keep")) {
            return host.in(HostTensor.of(KEEP, shape(name)));
        }
        return host.in(HostTensor.of(values(name), dtype(), shape(name)));
    }

    /** A linear layer. */
    public LinearLayer layer(HostCall host) {
        return new LinearLayer(tensor("weight", host), tensor("bias", host));
    }

    /** The number, or what there is for each row. */
    public GradScale gradScale(HostCall host) {
        for (String name : List.of("dlse", "dEntropy", "dLogProbs")) {
            if (names.contains(name)) {
                return GradScale.perRow(tensor(name, host));
            }
        }
        return names.contains("gradScale") ? GradScale.of(SCALE) : GradScale.ONE;
    }
}
