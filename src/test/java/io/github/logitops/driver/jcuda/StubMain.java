package io.github.logitops.driver.jcuda;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/** Runs every scenario on an object of its own and prints a line for each. JCudaDriverTest starts it, on the stub. */
final class StubMain {
    static final String OUTCOME = "outcome\t";

    private StubMain() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        for (Method scenario : StubScenarios.class.getDeclaredMethods()) {
            if (scenario.getParameterCount() == 0 && !Modifier.isPrivate(scenario.getModifiers())) {
                String outcome = "ok";
                StubScenarios scenarios = new StubScenarios();
                try {
                    scenario.invoke(scenarios);
                } catch (InvocationTargetException e) {
                    StringWriter trace = new StringWriter();
                    e.getCause().printStackTrace(new PrintWriter(trace));
                    outcome = trace.toString().replaceAll("\\s+", " ");
                } finally {
                    scenarios.driver.close();
                }
                System.out.println(OUTCOME + scenario.getName() + "\t" + outcome);
            }
        }
    }
}
