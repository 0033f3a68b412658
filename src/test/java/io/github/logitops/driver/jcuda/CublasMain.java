package io.github.logitops.driver.jcuda;

import io.github.logitops.memory.DriverException;

/** Says twice which cuBLAS there is: the first call loads it. */
final class CublasMain {
    private CublasMain() {}

    public static void main(String[] arguments) {
        for (int i = 0; i < 2; i++) {
            try {
                System.out.println("cublas " + CublasLibrary.version());
            } catch (DriverException e) {
                System.out.println("none: " + e.getMessage());
            }
        }
    }
}
