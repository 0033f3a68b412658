package examples

import io.github.logitops.Backend
import io.github.logitops.LogitOps
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

/** What the program prints is what the README shows, which is from the CPU mode. */
class ReadmeTest {
    @Test
    fun `the README shows what is printed`() {
        LogitOps.open(Backend.AUTO).use { assumeTrue(it.backendReport().selected() == Backend.CPU) }
        val bytes = ByteArrayOutputStream()
        val standardOutput = System.out
        System.setOut(PrintStream(bytes, true, Charsets.UTF_8))
        try {
            main()
        } finally {
            System.setOut(standardOutput)
        }
        val printed = bytes.toString(Charsets.UTF_8).replace(System.lineSeparator(), "\n")
        val readme = File("../README.md").readText().replace("\r\n", "\n")
        assertTrue("```\n$printed```\n" in readme, printed)
    }
}
