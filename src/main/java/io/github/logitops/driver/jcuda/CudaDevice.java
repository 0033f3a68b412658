package io.github.logitops.driver.jcuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDeviceTotalMem;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import io.github.logitops.memory.DriverException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;

/**
 * A device that our kernels run on.
 *
 * @param handle CUDA's handle
 * @param computeCapability major * 10 + minor
 * @param maxSharedBytes bytes of shared memory that a block can have
 * @param words name, compute capability, memory and the CUDA version that the driver supports
 */
record CudaDevice(CUdevice handle, int computeCapability, int maxSharedBytes, String words) {
    private static final int OLDEST = 75; // the oldest that the kernels are compiled for

    /** The device with this ordinal, or a {@link DriverException} whose message is the reason why there is none. */
    static CudaDevice find(int ordinal) {
        CudaLibrary.require();
        int initialized = Cuda.code(() -> cuInit(0));
        if (initialized == CUresult.CUDA_ERROR_NO_DEVICE) {
            throw new DriverException("no CUDA device");
        }
        Cuda.require(initialized, "cuInit", () -> "flags=0");
        int[] devices = new int[1];
        Cuda.run("cuDeviceGetCount", () -> cuDeviceGetCount(devices), () -> "");
        if (devices[0] == 0) {
            throw new DriverException("no CUDA device");
        }
        if (ordinal < 0 || ordinal >= devices[0]) {
            throw new DriverException(
                    "no CUDA device with this ordinal: ordinal=" + ordinal + ", devices=" + devices[0]);
        }
        CUdevice device = new CUdevice();
        Supplier<String> which = () -> "ordinal=" + ordinal;
        Cuda.run("cuDeviceGet", () -> cuDeviceGet(device, ordinal), which);
        int major = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device, which);
        int minor = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device, which);
        String words = words(device, which, major + "." + minor);
        if (10 * major + minor < OLDEST) {
            throw new DriverException("compute capability below " + OLDEST / 10 + "." + OLDEST % 10 + ": " + words);
        }
        int shared = attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device, which);
        return new CudaDevice(device, 10 * major + minor, shared, words);
    }

    private static int attribute(int attribute, CUdevice device, Supplier<String> which) {
        int[] value = new int[1];
        Cuda.run(
                "cuDeviceGetAttribute",
                () -> cuDeviceGetAttribute(value, attribute, device),
                () -> "attribute=" + attribute + ", " + which.get());
        return value[0];
    }

    private static String words(CUdevice device, Supplier<String> which, String capability) {
        byte[] name = new byte[256];
        long[] memory = new long[1];
        int[] version = new int[1];
        Cuda.run("cuDeviceGetName", () -> cuDeviceGetName(name, name.length, device), which);
        Cuda.run("cuDeviceTotalMem", () -> cuDeviceTotalMem(memory, device), which);
        Cuda.run("cuDriverGetVersion", () -> cuDriverGetVersion(version), () -> "");
        String zeroTerminated = new String(name, StandardCharsets.UTF_8);
        return zeroTerminated.substring(0, zeroTerminated.indexOf(0)) + ", compute capability " + capability + ", "
                + (memory[0] >> 20) + " MiB, driver for CUDA " + version[0] / 1000 + "." + version[0] % 1000 / 10;
    }
}
