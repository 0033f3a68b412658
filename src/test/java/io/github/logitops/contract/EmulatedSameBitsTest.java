package io.github.logitops.contract;

import io.github.logitops.emulator.Approximations;
import io.github.logitops.emulator.PtxEmulatorDriver;
import io.github.logitops.emulator.Schedule;
import io.github.logitops.support.EmulatedRig;
import io.github.logitops.support.Rig;
import io.github.logitops.support.Seed;

class EmulatedSameBitsTest extends SameBitsContract {
    private final Rig rig = new EmulatedRig(); // one for each test, whose cases take turns

    @Override
    Rig rig() {
        return rig;
    }

    @Override
    Rig rigOfOneArchitecture() {
        Schedule schedule = Schedule.of(Schedule.Order.SHUFFLED, Seed.VALUE);
        return () -> EmulatedRig.open(new PtxEmulatorDriver(90, schedule, Approximations.NEAREST));
    }
}
