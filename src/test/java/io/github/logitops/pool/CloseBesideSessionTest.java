package io.github.logitops.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitops.cpu.HostDriver;
import io.github.logitops.memory.LeakTracking;
import io.github.logitops.support.Reports;
import io.github.logitops.support.WatchedDriver;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is closed while another thread closes its session is no leak. */
@Timeout(20)
class CloseBesideSessionTest {
    private final WatchedDriver driver = new WatchedDriver(new HostDriver());
    private final DeviceMemory memory = new DeviceMemory(driver, Long.MAX_VALUE, 0, LeakTracking.OFF);

    @Test
    void aStream() throws Exception {
        DeviceStream stream = DeviceStream.of(memory.newStream());
        try (Reports reports = new Reports()) {
            Thread ofSession = new Thread(memory::close);
            Thread ofStream = new Thread(stream::close);
            memory.begin(null); // a call under way, which both closes wait for
            try {
                ofSession.start();
                while (ofSession.getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
                ofStream.start();
                while (stream.queue().isUnreportedLeak()) {
                    Thread.sleep(1);
                }
            } finally {
                memory.end();
            }
            ofSession.join();
            ofStream.join();
            assertEquals(List.of(), reports.events());
        }
        driver.assertNothingHeld();
    }
}
