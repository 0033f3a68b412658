package io.github.logitops.driver.jcuda;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;

/** Runs every scenario on an object of its own and prints a line for each. JCudaDriverTest starts it, on the stub. */
final class StubMain {
    static final String OUTCOME = "outcome\t";

    private StubMain() {}

    /** Whose methods without parameters are run, each on an object of its own. */
    interface Scenarios extends AutoCloseable {
        @Override
        void close();
    }

    public static void main(String[] arguments) throws IllegalAccessException {
        runAll(StubScenarios.class, StubScenarios::new);
        runAll(StubMemory.class, StubMemory::new);
        runAll(StubResults.class, StubResults::new);
        runAll(StubLaunches.class, StubLaunches::new);
        runAll(StubCaptures.class, StubCaptures::new);
    }

    private static <T extends Scenarios> void runAll(Class<T> type, Supplier<T> maker) throws IllegalAccessException {
        for (Method scenario : type.getDeclaredMethods()) {
            if (scenario.getParameterCount() == 0
                    && !Modifier.isPrivate(scenario.getModifiers())
                    && !scenario.getName().equals("close")) {
                try (T scenarios = maker.get()) {
                    System.out.println(OUTCOME + scenario.getName() + "\t" + outcome(scenario, scenarios));
                }
            }
        }
    }

    private static String outcome(Method scenario, Object scenarios) throws IllegalAccessException {
        try {
            scenario.invoke(scenarios);
            return "ok";
        } catch (InvocationTargetException e) {
            StringWriter trace = new StringWriter();
            e.getCause().printStackTrace(new PrintWriter(trace));
            return trace.toString().replaceAll("\\s+", " ");
        }
    }
}
