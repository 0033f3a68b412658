package io.github.logitops.driver.jcuda;

import java.nio.file.Files;
import java.nio.file.Path;

/** Says in a folder, the first argument, that it is up, waits there for the file "go", and then is {@link OpenMain}. */
final class GatedOpenMain {
    private GatedOpenMain() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Files.createTempFile(folder, "ready", "");
        while (!Files.exists(folder.resolve("go"))) {
            Thread.onSpinWait(); // awake, so that all go at once
        }
        OpenMain.main(new String[] {arguments[1]});
    }
}
