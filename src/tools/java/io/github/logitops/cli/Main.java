package io.github.logitops.cli;

import io.github.logitops.cli.bench.BenchCommand;
import io.github.logitops.cli.bench.CompareCommand;
import io.github.logitops.cli.bench.HeadCommand;
import io.github.logitops.cli.bench.LaunchCommand;
import io.github.logitops.cli.bench.PlotCommand;
import io.github.logitops.cli.bench.ReportCommand;
import io.github.logitops.cli.check.CheckCommand;
import io.github.logitops.cli.experiments.ExperimentsCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line: {@code logitops <subcommand>}. */
@Command(
        name = "logitops",
        description =
                "Softmax, log-softmax and fused cross entropy: see them train, see where they run, check that they are right,"
                        + " measure how fast they are.",
        mixinStandardHelpOptions = true,
        versionProvider = LibraryVersion.class,
        subcommands = {
            TrainCommand.class,
            InfoCommand.class,
            CheckCommand.class,
            BenchCommand.class,
            LaunchCommand.class,
            HeadCommand.class,
            PlotCommand.class,
            CompareCommand.class,
            ReportCommand.class,
            ExperimentsCommand.class
        })
public final class Main implements Runnable {
    private static final int FAILURE = 1;
    private static final int BAD_INPUT = 2;

    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Runs the command line and ends the JVM: 0 if all went well, 2 for bad arguments or input, 1 for other failures. */
    public static void main(String[] args) {
        setUnlessSet("logback.configurationFile", "io/github/logitops/cli/logback.xml"); // before the first logger
        setUnlessSet("java.awt.headless", "true"); // charts are drawn into files
        System.exit(run(System.out, System.err, args));
    }

    /** Without a subcommand: how to use it. Nothing was asked for and nothing failed, so the exit code is that of --help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Runs the command line; returns the exit code. Output that did not go out is a failure, whatever the command says. */
    static int run(PrintStream out, PrintStream err, String... args) {
        PrintWriter writer =
                new PrintWriter(out, true); // of this class: picocli's own do not ask the stream if it failed
        int exitCode =
                commandLine().setOut(writer).setErr(new PrintWriter(err, true)).execute(args);
        if (writer.checkError()) { // flushes, too
            err.println("logitops: not all of the output could be written");
            return FAILURE;
        }
        return exitCode;
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Heap::guarded)
                .setParameterExceptionHandler((e, args) -> fail(e.getCommandLine(), e, BAD_INPUT))
                .setExecutionExceptionHandler((e, command, parsed) ->
                        fail(command, e, e instanceof IllegalArgumentException ? BAD_INPUT : FAILURE));
    }

    /** One line, whatever the message looks like. */
    private static int fail(CommandLine command, Exception e, int exitCode) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        command.getErr().println("logitops: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
        return exitCode;
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
