package io.github.logitops.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What adds an op to a copy of the project: files that are put where they lie here, and files called {@code <path>.insert} whose
 * lines are put into those that are there: behind {@code >>> before: LINE} or {@code >>> after: LINE} come those for that place.
 * A line is found by what it holds, without its indentation, and must be there once.
 */
record ToyPieces(Path folder) {
    private static final String INSERT = ".insert";
    private static final String BEFORE = ">>> before: ";
    private static final String AFTER = ">>> after: ";

    /** The files that they add or change, as paths within the project. */
    List<Path> places() throws IOException {
        return pieces().stream().map(ToyPieces::place).toList();
    }

    private List<Path> pieces() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .sorted()
                    .toList();
        }
    }

    private static Path place(Path piece) {
        return Path.of(piece.toString().replaceFirst("\\" + INSERT + "$", ""));
    }

    /** Adds the op to the project in this folder. */
    void addTo(Path project) throws IOException {
        for (Path piece : pieces()) {
            Path file = project.resolve(place(piece));
            if (piece.equals(place(piece))) {
                Files.createDirectories(file.getParent());
                Files.copy(folder.resolve(piece), file); // which must not be there
            } else {
                Files.write(file, inserted(Files.readAllLines(file), Files.readAllLines(folder.resolve(piece)), piece));
            }
        }
    }

    private static List<String> inserted(List<String> lines, List<String> insert, Path piece) {
        List<String> all = new ArrayList<>(lines);
        int at = -1;
        for (String line : insert) {
            if (line.startsWith(BEFORE)) {
                at = find(all, line.substring(BEFORE.length()), piece);
            } else if (line.startsWith(AFTER)) {
                at = find(all, line.substring(AFTER.length()), piece) + 1;
            } else {
                all.add(at++, line);
            }
        }
        return all;
    }

    private static int find(List<String> lines, String anchor, Path piece) {
        List<String> stripped = lines.stream().map(String::strip).toList();
        int first = stripped.indexOf(anchor);
        if (first < 0 || first != stripped.lastIndexOf(anchor)) {
            throw new IllegalArgumentException(
                    "toy op: a line must be there once to be inserted at: piece=" + piece + ", line=" + anchor);
        }
        return first;
    }
}
