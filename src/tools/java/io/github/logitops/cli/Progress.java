package io.github.logitops.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that shows how far a command is, in one line of the error stream. For many threads. */
public final class Progress implements AutoCloseable {
    private static final int COLUMNS = 80; // given, so that no terminal has to be asked
    private static final int UPDATE_MILLIS = 500;

    private final PrintWriter err;
    private final ProgressBar bar;

    /** Starts it at none of {@code all} units of work. */
    public Progress(String task, long all, PrintWriter err) {
        this.err = err;
        bar = ProgressBar.builder()
                .setTaskName(task)
                .setInitialMax(all)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new DelegatingProgressBarConsumer(this::show, COLUMNS))
                .build();
    }

    private void show(String line) {
        err.print("\r" + line);
        err.flush();
    }

    /** So many units more are done. */
    public void step(long units) {
        bar.stepBy(units);
    }

    /** What is shown beside the bar. */
    public void say(String message) {
        bar.setExtraMessage(message);
    }

    /** Shows it for the last time and ends its line. */
    @Override
    public void close() {
        bar.close();
        err.println();
    }
}
