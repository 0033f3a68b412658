package io.github.logitops.pytorch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Tensors with names, and expressions of them that PyTorch evaluates and differentiates. DJL's arrays have few of PyTorch's
 * functions, and {@code cross_entropy_loss} is not among them; but DJL runs modules, which have them all.
 */
final class TorchExpression {
    static final String ENGINE = "PyTorch";

    static {
        Engine.getEngine(ENGINE); // loads PyTorch
        JniUtils.setGraphExecutorOptimize(false); // each module runs once
    }

    private final DType dtype;
    private final Map<String, Function<NDManager, NDArray>> tensors = new LinkedHashMap<>();

    /**
     * What PyTorch gave.
     *
     * @param value of the expression
     * @param gradient with respect to the first tensor, of the value's elements times their upstream gradients
     */
    record Outcome(double[] value, double[] gradient) {}

    private TorchExpression(DType dtype) {
        this.dtype = dtype;
    }

    /** No tensors yet; floating ones will be of this dtype, F32 or F64. */
    static TorchExpression of(DType dtype) {
        return new TorchExpression(dtype);
    }

    /** Adds a floating tensor. */
    TorchExpression with(String name, Shape shape, double... values) {
        tensors.put(name, manager -> floating(manager, shape(shape), values));
        return this;
    }

    /** Adds a tensor of labels. */
    TorchExpression labels(String name, Shape shape, long... labels) {
        tensors.put(name, manager -> manager.create(labels, shape(shape)));
        return this;
    }

    /** Adds a mask. */
    TorchExpression mask(String name, Shape shape, boolean... mask) {
        tensors.put(name, manager -> manager.create(mask, shape(shape)));
        return this;
    }

    /** Evaluates TorchScript, forward and backward. */
    @SuppressWarnings("try") // the collector is open, that is all
    Outcome evaluate(String expression, double... upstream) {
        byte[] module = TorchModule.returning(tensors.keySet(), expression);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), ENGINE);
                GradientCollector recording = Engine.getEngine(ENGINE).newGradientCollector();
                PtSymbolBlock block = load(manager, module)) {
            NDList inputs = new NDList();
            tensors.values().forEach(tensor -> inputs.add(tensor.apply(manager)));
            inputs.get(0).setRequiresGradient(true);
            PtNDArray value =
                    (PtNDArray) IValueUtils.forward(block, inputs, true).get(0);
            JniUtils.backward(value, (PtNDArray) floating(manager, value.getShape(), upstream), false, false);
            return new Outcome(doubles(value), doubles(inputs.get(0).getGradient()));
        }
    }

    /** A module, to be called. */
    static PtSymbolBlock load(NDManager manager, byte[] module) {
        try {
            return JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(module), false, false);
        } catch (IOException e) {
            throw new AssertionError("a byte array can be read", e);
        }
    }

    private NDArray floating(NDManager manager, ai.djl.ndarray.types.Shape shape, double[] values) {
        if (dtype == DType.F64) {
            return manager.create(values, shape);
        }
        float[] floats = new float[values.length];
        IntStream.range(0, values.length).forEach(i -> floats[i] = (float) values[i]);
        return manager.create(floats, shape);
    }

    private double[] doubles(NDArray array) {
        if (dtype == DType.F64) {
            return array.toDoubleArray();
        }
        float[] floats = array.toFloatArray();
        return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
    }

    private static ai.djl.ndarray.types.Shape shape(Shape shape) {
        return new ai.djl.ndarray.types.Shape(
                IntStream.range(0, shape.rank()).mapToLong(shape::extent).toArray());
    }
}
