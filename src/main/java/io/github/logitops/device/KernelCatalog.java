package io.github.logitops.device;

import io.github.logitops.driver.Driver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels that ship as PTX, loaded into a device module by module when one is first asked for. */
final class KernelCatalog {
    /** The architectures that PTX ships for, newest first. A driver compiles PTX for its device or any older one. */
    private static final int[] ARCHITECTURES = {90, 80, 75};

    private final Driver driver;
    private final int architecture;
    private final Map<String, Long> modules = new ConcurrentHashMap<>();
    private final Map<Kernel, Long> functions = new ConcurrentHashMap<>();

    KernelCatalog(Driver driver) {
        this.driver = driver;
        this.architecture = architecture(driver.computeCapability());
    }

    /** The device's handle of a kernel. */
    long function(Kernel kernel) {
        return functions.computeIfAbsent(kernel, k -> driver.function(module(k.module()), k.entry()));
    }

    /** Which PTX this device gets; all of it is compiled by the driver. */
    String target() {
        String target = "PTX for sm_" + architecture;
        return driver.computeCapability() == architecture
                ? target
                : target + " that the driver compiles for sm_" + driver.computeCapability();
    }

    /** The newest architecture with PTX that a device of this compute capability runs. */
    static int architecture(int computeCapability) {
        for (int architecture : ARCHITECTURES) {
            if (architecture <= computeCapability) {
                return architecture;
            }
        }
        throw new IllegalArgumentException(
                "kernels: no PTX for this device: computeCapability=" + computeCapability + ", oldest=75");
    }

    /** The PTX of a module. */
    static byte[] ptx(String module, int architecture) {
        String name = "/io/github/logitops/ptx/" + module + ".sm_" + architecture + ".ptx";
        try (InputStream resource = KernelCatalog.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("kernels: not in the jar: resource=" + name);
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("kernels: cannot be read: resource=" + name, e);
        }
    }

    private long module(String name) {
        return modules.computeIfAbsent(name, n -> driver.loadModule(n, ptx(n, architecture)));
    }
}
