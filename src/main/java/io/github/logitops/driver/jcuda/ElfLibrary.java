package io.github.logitops.driver.jcuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A shared library of 64-bit Linux, as bytes, whose dependence on another one can be changed: on a library of another name, and on
 * its symbols whatever their version. The layout is that of {@code elf(5)} and of the "Symbol Versioning" chapter of the Linux Standard
 * Base.
 */
final class ElfLibrary {
    private static final int MAGIC = 0x464C457F; // 0x7F "ELF"
    private static final int SIXTY_FOUR_BITS = 2;
    private static final int NEEDED_VERSIONS = 0x6FFFFFFE; // SHT_GNU_verneed
    private static final int VERSIONS = 0x6FFFFFFF; // SHT_GNU_versym: of each symbol
    private static final short WEAK = 2; // VER_FLG_WEAK: may be missing
    private static final short ANY = 1; // VER_NDX_GLOBAL: no version of its own

    private final ByteBuffer bytes;

    private ElfLibrary(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A part of the file. */
    private record Section(int at, int size, int link, int entries) {}

    /**
     * The library with {@code to} in place of {@code from} among those that it needs. What is no library for 64-bit Linux, or does not
     * need versions of that one's symbols, is returned as it is.
     *
     * @param to as long as {@code from}
     */
    static byte[] needing(byte[] library, String from, String to) {
        if (from.length() != to.length()) {
            throw new IllegalArgumentException(
                    "natives: names must be as long as each other: from=" + from + ", to=" + to);
        }
        ElfLibrary changed = new ElfLibrary(library.clone());
        if (changed.isElf()) {
            changed.rename(from, to);
        }
        return changed.bytes.array();
    }

    private boolean isElf() {
        return bytes.capacity() > 64 && bytes.getInt(0) == MAGIC && bytes.get(4) == SIXTY_FOUR_BITS;
    }

    private void rename(String from, String to) {
        Section needed = ofType(NEEDED_VERSIONS);
        Section versions = ofType(VERSIONS);
        if (needed == null || versions == null) {
            return;
        }
        Section strings = section(needed.link);
        Set<Short> ofLibrary = weaken(needed, strings, from);
        for (int at = versions.at; at < versions.at + versions.size; at += Short.BYTES) {
            if (ofLibrary.contains(bytes.getShort(at))) {
                bytes.putShort(at, ANY);
            }
        }
        renameStrings(strings, from, to);
    }

    /** Makes versions of a library's symbols weak, and returns their numbers. */
    private Set<Short> weaken(Section needed, Section strings, String library) {
        Set<Short> numbers = new HashSet<>();
        int file = needed.at;
        for (int i = 0; i < needed.entries; i++) {
            int version = file + bytes.getInt(file + 8);
            for (int k = 0;
                    k < bytes.getShort(file + 2) && isString(strings.at + bytes.getInt(file + 4), library);
                    k++) {
                bytes.putShort(version + 4, (short) (bytes.getShort(version + 4) | WEAK));
                numbers.add(bytes.getShort(version + 6));
                version += bytes.getInt(version + 12);
            }
            file += bytes.getInt(file + 12);
        }
        return numbers;
    }

    private void renameStrings(Section strings, String from, String to) {
        for (int at = strings.at; at < strings.at + strings.size; at++) {
            if (bytes.get(at - 1) == 0 && isString(at, from)) {
                bytes.put(at, to.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private boolean isString(int at, String expected) {
        byte[] characters = Arrays.copyOf(expected.getBytes(StandardCharsets.US_ASCII), expected.length() + 1);
        return at + characters.length <= bytes.capacity()
                && Arrays.equals(characters, 0, characters.length, bytes.array(), at, at + characters.length);
    }

    /** The first section of a type, or null. */
    private Section ofType(int type) {
        for (int i = 0; i < Short.toUnsignedInt(bytes.getShort(60)); i++) {
            if (bytes.getInt(header(i) + 4) == type) {
                return section(i);
            }
        }
        return null;
    }

    private Section section(int number) {
        int header = header(number);
        return new Section(
                (int) bytes.getLong(header + 24),
                (int) bytes.getLong(header + 32),
                bytes.getInt(header + 40),
                bytes.getInt(header + 44));
    }

    private int header(int number) {
        return (int) bytes.getLong(40) + number * Short.toUnsignedInt(bytes.getShort(58));
    }
}
