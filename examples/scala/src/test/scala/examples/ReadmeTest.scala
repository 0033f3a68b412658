package examples

import io.github.logitops.{Backend, LogitOps}
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import scala.util.Using

/** What the program prints is what the README shows, which is from the CPU mode. */
class ReadmeTest:
  @Test def showsWhatIsPrinted(): Unit =
    Using.resource(LogitOps.open(Backend.AUTO))(ops => assumeTrue(ops.backendReport.selected == Backend.CPU))
    val bytes = ByteArrayOutputStream()
    Console.withOut(bytes)(tag())
    val printed = bytes.toString(UTF_8).replace(System.lineSeparator, "\n")
    val readme = Files.readString(Path.of("../README.md")).replace("\r\n", "\n")
    assertTrue(readme.contains(s"```\n$printed```\n"), printed)
