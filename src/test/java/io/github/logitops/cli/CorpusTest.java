package io.github.logitops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    @TempDir
    private Path folder;

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static String text(Corpus corpus) {
        return new String(corpus.read(), StandardCharsets.UTF_8);
    }

    @Test
    void foldersAreReadInTheOrderOfRelativePaths() throws IOException {
        write("b.md", "4");
        write("a/z/y.java", "3");
        write("a/b.md", "2");
        write("a.java", "1"); // '.' comes before '/'
        Corpus corpus = Corpus.find(folder, List.of("*.java", "*.md"));
        assertEquals("1234", text(corpus));
        assertEquals(4, corpus.files().size());
        assertEquals(4, corpus.bytes());
    }

    @Test
    void hiddenFoldersBuildOutputAndOtherNamesAreLeftOut() throws IOException {
        write(".git/a.md", "no");
        write("target/a.md", "no");
        write("a/target/b.md", "no");
        write("a/c.txt", "no");
        write("a/d.md", "yes");
        assertEquals("yes", text(Corpus.find(folder, List.of("*.md"))));
    }

    /** What is asked for by name is read, whatever its name. */
    @Test
    void theFolderItselfMayBeHidden() throws IOException {
        write(".git/a.md", "yes");
        assertEquals("yes", text(Corpus.find(folder.resolve(".git"), List.of("*.md"))));
    }

    @Test
    void aFileIsReadWhateverItsName() throws IOException {
        write("a.txt", "text");
        assertEquals("text", text(Corpus.find(folder.resolve("a.txt"), List.of("*.md"))));
    }

    /** A file may change after it was found, and a pipe does not say how much comes. */
    @Test
    void whatIsThereIsReadWhateverWasExpected() throws IOException {
        write("a.txt", "text");
        for (int expected : new int[] {0, 2, 4, 9}) {
            assertEquals("text", text(new Corpus(List.of(folder.resolve("a.txt")), expected)));
        }
    }

    @Test
    void nothingToReadIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> Corpus.find(folder, List.of("*.md")));
        assertThrows(IllegalArgumentException.class, () -> Corpus.find(folder.resolve("none"), List.of("*.md")));
    }
}
