package io.github.logitops.emulator;

/** A piece of global memory. It takes up room only where it was touched, so that huge ones cost nothing. */
final class Allocation {
    private static final int PAGE_SHIFT = 16;
    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    private final long length;
    private final Page[] pages;

    /** Neighbouring bytes. */
    private static final class Page {
        private final Bytes bytes;
        private RaceLog races;

        Page(int length) {
            bytes = new Bytes(length);
        }

        RaceLog races() {
            if (races == null) {
                races = new RaceLog(bytes.length());
            }
            return races;
        }
    }

    Allocation(long length) {
        this.length = length;
        pages = new Page[(int) ((length + PAGE_BYTES - 1) >>> PAGE_SHIFT)];
    }

    long length() {
        return length;
    }

    /** The bytes of the page that holds {@code offset}; {@link #inPage} says where in it. */
    Bytes bytes(long offset) {
        return page(offset).bytes;
    }

    /** Who accessed that page. */
    RaceLog races(long offset) {
        return page(offset).races();
    }

    /** Where an offset lies in its page. Aligned values do not straddle pages. */
    static int inPage(long offset) {
        return (int) offset & PAGE_BYTES - 1;
    }

    private Page page(long offset) {
        int number = (int) (offset >>> PAGE_SHIFT);
        Page page = pages[number];
        if (page == null) {
            page = new Page((int) Math.min(PAGE_BYTES, length - ((long) number << PAGE_SHIFT)));
            pages[number] = page;
        }
        return page;
    }
}
