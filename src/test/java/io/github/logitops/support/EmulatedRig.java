package io.github.logitops.support;

import io.github.logitops.LogitOps;
import io.github.logitops.OpenOptions;
import io.github.logitops.Sessions;
import io.github.logitops.device.KernelExecutor;
import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.emulator.Schedule.Order;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * The kernels that ship, interpreted, under the library's own launch code. PTX ships for three architectures, and an emulator has
 * three schedules: the sessions of a rig take turns, so that tests with many cases run all of them for the price of one, and
 * results that one test compares are also compared between them. {@link Seed} says where they start.
 */
public final class EmulatedRig implements Rig {
    private static final int[] COMPUTE_CAPABILITIES = {90, 80, 75};
    private static final Order[] ORDERS = {Order.LOCKSTEP, Order.SHUFFLED, Order.LOCKSTEP, Order.ONE_BY_ONE};
    /** A folder with PTX to run in place of what ships: scripts/mutate-kernels.sh asks whether that is noticed. */
    private static final String MUTANT = System.getProperty("logitops.mutant");

    private static final int MUTATED = 90; // the architecture that it is for
    private static final Set<String> LAUNCHED = new ConcurrentSkipListSet<>();

    private final Approximations approximations =
            Seed.VALUE % 2 == 0 ? Approximations.OFF_BY_UP_TO_TWO : Approximations.NEAREST;
    private long opened;

    /** The kernels that sessions of such rigs launched. */
    public static Set<String> launched() {
        return LAUNCHED;
    }

    @Override
    public LogitOps open() {
        long turn = Seed.VALUE + opened++;
        Order order = ORDERS[(int) (turn % ORDERS.length)];
        int computeCapability =
                MUTANT == null ? COMPUTE_CAPABILITIES[(int) (turn % COMPUTE_CAPABILITIES.length)] : MUTATED;
        PtxEmulatorDriver driver = new PtxEmulatorDriver(computeCapability, Schedule.of(order, turn), approximations);
        driver.onLaunch(LAUNCHED::add);
        return open(driver);
    }

    /** A session on any emulated device. */
    public static LogitOps open(PtxEmulatorDriver driver) {
        if (MUTANT != null) {
            driver.replacePtx(Path.of(MUTANT));
        }
        // Without a cache no tensor finds what another left: reading what nobody wrote is found out.
        return Sessions.over(
                driver, new KernelExecutor(driver), OpenOptions.defaults().withCacheLimitBytes(0));
    }
}
