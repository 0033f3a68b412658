package io.github.logitops.memory;

/**
 * An allocation found too little memory on the device, or would exceed the session's memory limit. In the CPU mode the device is
 * the Java heap, and an op that finds no room there to work in throws this too, before it writes anything.
 */
public final class DeviceOutOfMemoryException extends DriverException {
    private static final long serialVersionUID = 1L;

    private final long requestedBytes;
    private final long inUseBytes;

    /**
     * @param call what ran out of memory and why
     * @param requestedBytes the size of the failed allocation
     * @param inUseBytes what the session held at that moment
     */
    public DeviceOutOfMemoryException(String call, long requestedBytes, long inUseBytes) {
        super(call + ": requestedBytes=" + requestedBytes + ", inUseBytes=" + inUseBytes);
        this.requestedBytes = requestedBytes;
        this.inUseBytes = inUseBytes;
    }

    /** The size of the failed allocation in bytes. */
    public long requestedBytes() {
        return requestedBytes;
    }

    /** What was held when it failed, in bytes. */
    public long inUseBytes() {
        return inUseBytes;
    }
}
