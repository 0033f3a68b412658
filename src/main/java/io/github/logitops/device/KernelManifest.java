package io.github.logitops.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the build of the kernels wrote down beside them: which PTX there is, and the numbers that launches are planned by. */
final class KernelManifest {
    private static final String FOLDER = "/io/github/logitops/ptx/";
    private static final Pattern PTX = Pattern.compile("ptx\\.\\w+\\.sm_(\\d+)\\.ptx");

    private static final Properties MANIFEST = read();
    private static final int[] ARCHITECTURES = architectures();

    private KernelManifest() {}

    /** A constant of kernels/include/geometry.cuh, by its name there without the k. */
    static int geometry(String name) {
        String value = MANIFEST.getProperty("geometry." + name);
        if (value == null) {
            throw new IllegalStateException("kernels: not in the manifest: geometry=" + name);
        }
        return Integer.parseInt(value);
    }

    /** The newest architecture with PTX of its own that a device of this compute capability runs. */
    static int architecture(int computeCapability) {
        for (int architecture : ARCHITECTURES) {
            if (architecture <= computeCapability) {
                return architecture;
            }
        }
        throw new IllegalArgumentException("kernels: no PTX for this device: computeCapability=" + computeCapability
                + ", oldest=" + ARCHITECTURES[ARCHITECTURES.length - 1]);
    }

    /** The newest PTX of an entry that such a device runs: an entry ships for an architecture if it is another one there. */
    static byte[] ptx(String entry, int computeCapability) {
        for (int architecture : ARCHITECTURES) {
            String file = entry + ".sm_" + architecture + ".ptx";
            if (architecture <= computeCapability && MANIFEST.containsKey("ptx." + file)) {
                return bytes(file);
            }
        }
        throw new IllegalStateException(
                "kernels: not in the manifest: entry=" + entry + ", computeCapability=" + computeCapability);
    }

    private static int[] architectures() {
        TreeSet<Integer> newestFirst = new TreeSet<>(Collections.reverseOrder());
        for (String key : MANIFEST.stringPropertyNames()) {
            Matcher file = PTX.matcher(key);
            if (file.matches()) {
                newestFirst.add(Integer.parseInt(file.group(1)));
            }
        }
        return newestFirst.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Properties read() {
        Properties manifest = new Properties();
        try (InputStream resource = open("manifest.properties")) {
            manifest.load(resource);
            return manifest;
        } catch (IOException e) {
            throw new UncheckedIOException("kernels: cannot be read: resource=" + FOLDER + "manifest.properties", e);
        }
    }

    private static byte[] bytes(String file) {
        try (InputStream resource = open(file)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("kernels: cannot be read: resource=" + FOLDER + file, e);
        }
    }

    private static InputStream open(String file) {
        InputStream resource = KernelManifest.class.getResourceAsStream(FOLDER + file);
        if (resource == null) {
            throw new IllegalStateException("kernels: not in the jar: resource=" + FOLDER + file);
        }
        return resource;
    }
}
