package io.github.logitops.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * The Java heap. Commands ask before their work whether it fits; what runs out after all is said in one line.
 *
 * @param bytes the most that it may grow to
 */
public record Heap(long bytes) {
    /** The longest array of common virtual machines, as {@link java.io.ByteArrayOutputStream} and others have it. */
    static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private static final List<String> ENDS_WITH_MORE_HEAP = List.of("Java heap space", "GC overhead limit exceeded");

    /** That of this virtual machine. */
    public static Heap here() {
        return new Heap(Runtime.getRuntime().maxMemory());
    }

    /** Runs a command. If its memory runs out after all, that is an exception with a message, as others are. */
    static int guarded(ParseResult parsed) {
        try {
            return new RunLast().execute(parsed);
        } catch (OutOfMemoryError e) {
            List<CommandLine> commands = parsed.asCommandLineList();
            CommandLine command = commands.get(commands.size() - 1);
            String remedy = ENDS_WITH_MORE_HEAP.contains(e.getMessage()) ? ", or a larger heap with -Xmx" : "";
            throw new ExecutionException(
                    command,
                    command.getCommandName() + ": out of memory: heap=" + here().bytes + ", cause=" + e.getMessage()
                            + "; give it less to do" + remedy,
                    e);
        }
    }
}
