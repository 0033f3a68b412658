package io.github.logitops.driver;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The calls under way on something that can be closed. A close waits for them and lets no other begin: nothing is taken away
 * under a call, and no stream of calls holds a close up. A call that is part of another one, on the same thread, is always
 * let through; so are the calls that the close itself makes.
 */
public final class Calls {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(); // read: by a call; written: by the close
    private volatile boolean closing;
    private boolean closed; // written by closes only, and read under the lock

    /** Begins a call; {@link #end} ends it. False: a close has begun, and nothing else has. */
    public boolean begin() {
        if (closing && !isInside()) {
            return false;
        }
        if (!lock.readLock().tryLock()) { // which barges in front of a close that waits
            return false;
        }
        if (closed) { // a whole close came between the two
            lock.readLock().unlock();
            return false;
        }
        return true;
    }

    /** Ends a call. */
    public void end() {
        lock.readLock().unlock();
    }

    /**
     * Lets no call begin from now on, and waits for those under way. False: it is closed already. Else {@link #endClose} must
     * follow.
     *
     * @param kind what is closed, for the message
     * @param name which one
     * @throws IllegalStateException if this thread is in the midst of a call or of the close, for which it would wait forever
     */
    public boolean beginClose(String kind, String name) {
        if (isInside()) {
            throw new IllegalStateException(kind + ": close called within one of its own calls: " + name);
        }
        closing = true;
        lock.writeLock().lock();
        if (closed) {
            lock.writeLock().unlock();
            return false;
        }
        closing = true; // a close before this one may have failed
        return true;
    }

    /** Ends a close; if it failed, calls may begin again, and another close be tried. */
    public void endClose(boolean succeeded) {
        closed = succeeded;
        closing = succeeded;
        lock.writeLock().unlock();
    }

    /** Whether this thread is in the midst of a call, or of the close. */
    public boolean isInside() {
        return lock.getReadHoldCount() > 0 || lock.isWriteLockedByCurrentThread();
    }
}
