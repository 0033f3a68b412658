package io.github.logitops.driver.jcuda;

import io.github.logitops.memory.DriverException;

/** Opens and closes the device named by the argument, twice, and prints what came of it. */
final class OpenMain {
    private OpenMain() {}

    public static void main(String[] arguments) {
        for (int i = 0; i < 2; i++) {
            try (JCudaDriver driver = JCudaDriver.open(Integer.parseInt(arguments[0]))) {
                System.out.println("opened " + driver.device());
            } catch (DriverException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
