package io.github.logitops.driver.jcuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ElfLibraryTest {
    private static final String FROM = "libcublas.so.12";
    private static final String TO = "libcublas.so.13";

    @Test
    void nothingButTheDependenceChanges() throws IOException {
        byte[] library = library();
        byte[] before = library.clone();
        byte[] changed = ElfLibrary.needing(library, FROM, TO);
        assertArrayEquals(before, library, "the argument");
        assertEquals(library.length, changed.length);
        assertTrue(text(library).contains("\0" + FROM + "\0") && !text(library).contains(TO));
        assertTrue(text(changed).contains("\0" + TO + "\0") && !text(changed).contains("\0" + FROM + "\0"));
        int symbols = text(library).split("\0cublas[A-Z]", -1).length - 1;
        int different = 0;
        for (int i = 0; i < library.length; i++) {
            different += library[i] == changed[i] ? 0 : 1;
        }
        // A letter, a flag, and the version of each symbol.
        assertTrue(different > symbols / 2 && different <= symbols + 2, "bytes=" + different + ", symbols=" + symbols);
    }

    @Test
    void whatDoesNotNeedItIsLeftAsItIs() throws IOException {
        byte[] library = library();
        assertArrayEquals(library, ElfLibrary.needing(library, "libcudnn.so.8", "libcudnn.so.9"));
        byte[] text = (FROM + "\0").repeat(20).getBytes(StandardCharsets.US_ASCII);
        assertArrayEquals(text, ElfLibrary.needing(text, FROM, TO));
        assertArrayEquals(new byte[0], ElfLibrary.needing(new byte[0], FROM, TO));
        byte[] cut = Arrays.copyOf(library, 64);
        assertArrayEquals(cut, ElfLibrary.needing(cut, FROM, TO));
    }

    @Test
    void namesOfOtherLengthsAreRefused() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> ElfLibrary.needing(new byte[0], FROM, "libcublas.so"));
        assertEquals(
                "natives: names must be as long as each other: from=libcublas.so.12, to=libcublas.so", e.getMessage());
    }

    private static String text(byte[] library) {
        return new String(library, StandardCharsets.ISO_8859_1);
    }

    private static byte[] library() throws IOException {
        try (InputStream resource =
                ElfLibraryTest.class.getClassLoader().getResourceAsStream("lib/libJCublas2-12.6.0-linux-x86_64.so")) {
            return resource.readAllBytes();
        }
    }
}
