package io.github.logitops.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes modules of TorchScript. Such a module is an uncompressed ZIP file of source text, the version of its format, and two
 * pickles: the module object, which has no attributes here, and constants, of which there are none.
 */
final class TorchModule {
    private static final String OBJECT = "\u0080\u0002" + "c__torch__\nPeer\n" + ")\u0081" + "}b.";
    private static final String NO_CONSTANTS = "\u0080\u0002" + ").";

    private TorchModule() {}

    /** A module whose forward takes tensors of these names and returns the expression. */
    static byte[] returning(Set<String> tensors, String expression) {
        String parameters =
                tensors.stream().map(name -> ", " + name + ": Tensor").collect(Collectors.joining());
        String source = """
                class Peer(Module):
                  __parameters__ = []
                  __buffers__ = []
                  def forward(self: __torch__.Peer%s) -> Tensor:
                    return %s
                """.formatted(parameters, expression);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "peer/data.pkl", OBJECT);
            store(zip, "peer/code/__torch__.py", source);
            store(zip, "peer/constants.pkl", NO_CONSTANTS);
            store(zip, "peer/version", "3\n");
        } catch (IOException e) {
            throw new AssertionError("a byte array can be written", e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(bytes.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
