package io.github.logitops.driver.jcuda;

import io.github.logitops.Backend;
import io.github.logitops.BackendReport;
import io.github.logitops.BackendUnavailableException;
import io.github.logitops.LogitOps;
import io.github.logitops.support.ChildJvm;
import java.util.ArrayList;
import java.util.List;

/** Asks twice for CUDA and twice for what runs here, and prints what came of it, and then the properties that it is given. */
public final class ReasonMain {
    private static final String REASON = "reason\t";

    private ReasonMain() {}

    public static void main(String[] arguments) {
        reasons().forEach(ReasonMain::print);
        for (String property : arguments) {
            print(System.getProperty(property));
        }
    }

    private static void print(String line) {
        System.out.println(REASON + line);
    }

    /** The answers to CUDA, then those to AUTO. */
    public static List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        for (Backend backend : new Backend[] {Backend.CUDA, Backend.CUDA, Backend.AUTO, Backend.AUTO}) {
            try (LogitOps ops = LogitOps.open(backend)) {
                BackendReport report = ops.backendReport();
                reasons.add(report.selected() + ": " + report.reason());
            } catch (BackendUnavailableException e) {
                reasons.add(e.getMessage());
            }
        }
        return reasons;
    }

    /** What it prints and {@link #reasons} returns where CUDA does not run. */
    static List<String> unavailable(String reason) {
        String message = "CUDA backend unavailable: " + reason;
        return List.of(message, message, "CPU: " + message, "CPU: " + message);
    }

    /** What a process printed, without what its virtual machine did. */
    static List<String> printed(ChildJvm.End end) {
        return end.lines().stream()
                .filter(line -> line.startsWith(REASON))
                .map(line -> line.substring(REASON.length()))
                .toList();
    }
}
