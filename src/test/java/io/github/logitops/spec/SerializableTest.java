package io.github.logitops.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ops are told beside tensors travels to other processes. */
class SerializableTest {
    /** Each component differs from its default in one of them, and optional ones are there and not. */
    static Stream<Object> values() {
        CrossEntropyOptions options = CrossEntropyOptions.defaults();
        return Stream.of(
                options,
                options.withoutIgnoreIndex().withSoftCap(30).withOutputs(RowOutput.values()),
                options.withIgnoreIndex(7)
                        .withLabelSmoothing(0.1)
                        .withReduction(Reduction.NONE)
                        .withEmptyMean(EmptyMean.ZERO)
                        .withZLoss(0.01)
                        .withLogitScale(2),
                DistillationOptions.defaults()
                        .withDivergence(Divergence.REVERSE_KL)
                        .withTemperature(2, TemperatureFactor.SQUARED)
                        .withHardWeight(0.5)
                        .withoutIgnoreIndex()
                        .withReduction(Reduction.SUM),
                SelectedLogProbOptions.defaults().withIgnoreIndex(3),
                SelectedLogProbOptions.defaults().withoutIgnoreIndex(),
                SigmoidCrossEntropyOptions.defaults(),
                SigmoidCrossEntropyOptions.defaults()
                        .withIgnoreValue(Double.NaN)
                        .withLabelSmoothing(0.2)
                        .withReduction(Reduction.SUM)
                        .withEmptyMean(EmptyMean.ZERO),
                RowChunks.defaults(),
                RowChunks.ofRows(5),
                RowChunks.ofBytes(1 << 20).roundingOnce(),
                Axis.of(-2),
                new ClassShard(3, 9),
                Shape.of(2, 0, 5),
                Shape.of(),
                new Layout(Shape.of(2, 3), 8),
                Reduction.MEAN,
                DType.BF16,
                Op.SOFTMAX,
                OpenOptions.defaults()
                        .withDeviceOrdinal(1)
                        .withMemoryLimitBytes(1 << 30)
                        .withFastCpu(true),
                new BackendReport(Backend.AUTO, Backend.CPU, "a device", "a reason"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void travelsAndArrivesEqual(Object value) throws IOException, ClassNotFoundException {
        Object arrived = arrived(value);
        assertEquals(value, arrived);
        assertEquals(value.hashCode(), arrived.hashCode());
        assertEquals(value.toString(), arrived.toString());
        if (!(value instanceof Enum)) {
            assertNotSame(value, arrived);
        }
    }

    /** Options of new ops, too. */
    @Test
    void everyTypeOfThisPackageTravels() {
        Set<String> stay = new ClassFileImporter()
                .importUrl(LogitOps.class.getProtectionDomain().getCodeSource().getLocation()).stream()
                        .filter(type -> type.getPackageName().equals(Axis.class.getPackageName()))
                        .filter(type -> !type.isInterface() && !type.isAssignableTo(Serializable.class))
                        .map(JavaClass::getSimpleName)
                        .collect(Collectors.toSet());
        assertEquals(Set.of(), stay);
        Set<Class<?>> tried = values().map(Object::getClass).collect(Collectors.toSet());
        for (Op op : Op.values()) {
            assertTrue(op.options() == Void.class || tried.contains(op.options()), op.options()::toString);
        }
    }

    /** The constructor looks at it again. */
    @Test
    void whatNoConstructorMakesDoesNotArrive() throws IOException {
        Serialized forged = new Serialized(SelectedLogProbOptions.class, new Object[] {"no label"});
        assertInstanceOf(
                ClassCastException.class,
                assertThrows(InvalidObjectException.class, () -> arrived(forged))
                        .getCause());
        for (Class<?> type : new Class<?>[] {null, String.class, BackendReport.class}) {
            Serialized other = new Serialized(type, new Object[0]);
            assertEquals(
                    "serialized: not options: type=" + type,
                    assertThrows(InvalidObjectException.class, () -> arrived(other))
                            .getMessage());
        }
    }

    private static Object arrived(Object value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }
}
