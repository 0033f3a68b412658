package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.List;

/** The text of a module as words, strings and single punctuation marks, with the lines they stand on. */
final class Tokens {
    private final String module;
    private final List<String> words = new ArrayList<>();
    private final List<Integer> lines = new ArrayList<>();
    private int next;

    Tokens(String module, String text) {
        this.module = module;
        int line = 1;
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            int end = i + 1;
            if (c == '/' && text.startsWith("//", i)) {
                end = endOfLine(text, i);
            } else if (c == '"') {
                end = text.indexOf('"', i + 1) + 1;
                add(text.substring(i, end), line);
            } else if (isWord(c)) {
                end = endOfWord(text, end);
                add(text.substring(i, end), line);
            } else if (!Character.isWhitespace(c)) {
                add(String.valueOf(c), line);
            }
            line += c == '\n' ? 1 : 0;
            i = end;
        }
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    /** Words have :: between letters, as in shared::cluster; what ends in : is a label. */
    private static int endOfWord(String text, int from) {
        int end = from;
        while (end < text.length() && (isWord(text.charAt(end)) || text.startsWith("::", end))) {
            end += text.charAt(end) == ':' ? 2 : 1;
        }
        return end;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '%' || c == '$';
    }

    private void add(String word, int line) {
        words.add(word);
        lines.add(line);
    }

    boolean atEnd() {
        return next == words.size();
    }

    String peek() {
        return atEnd() ? "end of file" : words.get(next);
    }

    int line() {
        return lines.get(Math.min(next, lines.size() - 1));
    }

    String take() {
        String word = peek();
        next++;
        return word;
    }

    boolean takeIf(String word) {
        boolean matches = peek().equals(word);
        next += matches ? 1 : 0;
        return matches;
    }

    void expect(String word) {
        if (!takeIf(word)) {
            throw unexpected("expected=" + word);
        }
    }

    int takeInt() {
        try {
            return Integer.parseInt(peek());
        } catch (NumberFormatException e) {
            throw unexpected("expected=a number");
        } finally {
            next++;
        }
    }

    /** How far reading got, for {@link #since}. */
    int position() {
        return next;
    }

    /** The words from an earlier position to here, as one text. */
    String since(int position) {
        return String.join(" ", words.subList(position, next))
                .replaceAll(" ?([,\\]}|+]) ?", "$1")
                .replaceAll("([\\[{@!-]) ", "$1")
                .replace(",", ", ");
    }

    EmulatorException unexpected(String detail) {
        return error("unexpected=" + peek() + ", " + detail, line());
    }

    EmulatorException error(String detail, int line) {
        return new EmulatorException("emulator: cannot read PTX: file=" + module + ", line=" + line + ", " + detail);
    }
}
