package io.github.logitops.support;

import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.LaunchProfile;
import io.github.logitops.emulator.LaunchProfile.Traffic;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a call launched, counted.
 *
 * @param call the call
 * @param launches its launches in order
 * @param rows the addresses of its tensors of the logits' shape, by name
 */
public record ProfiledCall(OpCall call, List<LaunchProfile> launches, Map<String, Long> rows) {
    /** Runs a call on an emulated device of this compute capability. */
    public static ProfiledCall of(OpCall call, int computeCapability) {
        PtxEmulatorDriver driver = new PtxEmulatorDriver(
                computeCapability, Schedule.of(Schedule.Order.LOCKSTEP, 0), Approximations.NEAREST);
        try (Bench bench = new Bench(() -> EmulatedRig.open(driver))) {
            driver.startProfiling();
            Map<String, Long> rows = new HashMap<>();
            call.run(bench)
                    .rows()
                    .forEach((name, each) -> rows.put(name, each.tensor().address()));
            return new ProfiledCall(call, driver.profiles(), rows);
        }
    }

    /** What its last launch on the logits did to a tensor. */
    public Traffic traffic(String name) {
        return main().traffic(rows.get(name));
    }

    /** The last launch that walked rows or elements: others, before and after, look at labels and losses. */
    public LaunchProfile main() {
        return launches.stream()
                .filter(launch -> launch.entry().matches("\\w+_(rows|held\\d?|cols\\d*|tile)_\\w+|(log_)?sigmoid_\\w+"))
                .reduce((first, second) -> second)
                .orElseThrow();
    }
}
