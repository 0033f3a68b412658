package io.github.logitops.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** What a command line did: its exit code and what it printed. */
public record CommandRun(int exitCode, List<String> out, List<String> err) {
    public static CommandRun of(Object... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exitCode = commandLine.execute(words);
        commandLine.getOut().flush();
        commandLine.getErr().flush();
        return new CommandRun(
                exitCode,
                out.toString().lines().toList(),
                err.toString().lines().toList());
    }

    public String lastLine() {
        return out.get(out.size() - 1);
    }
}
