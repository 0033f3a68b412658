package io.github.logitops.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What a command line did: its exit code and what it printed. */
public record CommandRun(int exitCode, List<String> out, List<String> err) {
    public static CommandRun of(Object... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exitCode = Main.run(new PrintStream(out), new PrintStream(err), words);
        return new CommandRun(
                exitCode,
                out.toString().lines().toList(),
                err.toString().lines().toList());
    }

    public String lastLine() {
        return out.get(out.size() - 1);
    }
}
