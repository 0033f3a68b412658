package io.github.logitops.spec;

import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A record on its way to another process, whose optional components cannot travel as they are. What arrives was made by the record's
 * constructor, as any other.
 *
 * @param type the record's
 * @param components in their order; null for what is absent
 */
record Serialized(Class<?> type, Object[] components) implements Serializable {
    static Serialized of(Record record) {
        Object[] components = Arrays.stream(record.getClass().getRecordComponents())
                .map(component -> withoutOptional(value(component, record)))
                .toArray();
        return new Serialized(record.getClass(), components);
    }

    private static Object value(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e); // records of this package have public components
        }
    }

    private static Object withoutOptional(Object value) {
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        } else if (value instanceof OptionalDouble optional) {
            return optional.isPresent() ? optional.getAsDouble() : null;
        }
        return value;
    }

    private Object readResolve() throws ObjectStreamException {
        if (type == null || !type.isRecord() || type.getPackage() != Serialized.class.getPackage()) {
            throw new InvalidObjectException("serialized: not options: type=" + type);
        }
        try {
            RecordComponent[] of = type.getRecordComponents();
            Class<?>[] types = Arrays.stream(of).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Object[] values = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                values[i] = withOptional(types[i], components[i]);
            }
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException | RuntimeException e) {
            InvalidObjectException invalid = new InvalidObjectException("serialized: no " + type.getName());
            invalid.initCause(e);
            throw invalid;
        }
    }

    private static Object withOptional(Class<?> type, Object value) {
        if (type == OptionalLong.class) {
            return value == null ? OptionalLong.empty() : OptionalLong.of((Long) value);
        } else if (type == OptionalDouble.class) {
            return value == null ? OptionalDouble.empty() : OptionalDouble.of((Double) value);
        }
        return value;
    }
}
