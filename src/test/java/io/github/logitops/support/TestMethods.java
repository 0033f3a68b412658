package io.github.logitops.support;

import io.github.logitops.spec.Op;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Runs tests where there is no engine to run them: in a virtual machine that a test has started, on other classes. */
public final class TestMethods {
    private TestMethods() {}

    /** Runs tests that take nothing, or each op; ends at the first that fails. Arguments are classes, or {@code class#method}. */
    public static void main(String[] names) throws Throwable {
        for (String name : names) {
            String[] parts = name.split("#");
            Class<?> tests = Class.forName(parts[0]);
            for (Method method : tests.getDeclaredMethods()) {
                if (method.isAnnotationPresent(BeforeAll.class)) {
                    call(method, null);
                }
            }
            int run = 0;
            for (Method method : tests.getDeclaredMethods()) {
                run += parts.length == 1 || parts[1].equals(method.getName()) ? run(method) : 0;
            }
            if (run == 0) {
                throw new IllegalArgumentException("tests: none of this name: name=" + name);
            }
            System.out.println(name + ": run=" + run);
        }
    }

    private static int run(Method method) throws Throwable {
        Constructor<?> constructor = method.getDeclaringClass().getDeclaredConstructor();
        constructor.setAccessible(true);
        if (method.isAnnotationPresent(Test.class)) {
            call(method, constructor.newInstance());
            return 1;
        }
        if (method.isAnnotationPresent(ParameterizedTest.class)) {
            for (Op op : Op.values()) {
                call(method, constructor.newInstance(), op);
            }
            return Op.values().length;
        }
        return 0;
    }

    private static void call(Method method, Object tests, Object... arguments) throws Throwable {
        method.setAccessible(true);
        try {
            method.invoke(tests, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
