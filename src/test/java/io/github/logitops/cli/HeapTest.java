package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class HeapTest {
    @Command(name = "hungry")
    private record Hungry(String message) implements Runnable {
        @Override
        public void run() {
            throw new OutOfMemoryError(message);
        }
    }

    private static String told(String message) {
        var err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine().addSubcommand(new Hungry(message)).setErr(new PrintWriter(err));
        assertEquals(1, commandLine.execute("hungry"));
        return err.toString().replaceAll("heap=\\d+", "heap=N").strip();
    }

    @Test
    void aFullHeapIsOneLineThatSaysWhatHelps() {
        assertEquals(
                "logitops: hungry: out of memory: heap=N, cause=Java heap space; give it less to do, or a larger heap with"
                        + " -Xmx",
                told("Java heap space"));
    }

    /** More heap does not help there. */
    @Test
    void anArrayThatIsTooLongIsNotAFullHeap() {
        assertEquals(
                "logitops: hungry: out of memory: heap=N, cause=Requested array size exceeds VM limit; give it less to do",
                told("Requested array size exceeds VM limit"));
    }
}
