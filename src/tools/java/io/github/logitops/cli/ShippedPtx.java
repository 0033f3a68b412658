package io.github.logitops.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A module of PTX in the jar, as its manifest lists it.
 *
 * @param module such as softmax_fwd
 * @param architecture such as 90
 */
public record ShippedPtx(String module, int architecture) {
    private static final String FOLDER = "/io/github/logitops/ptx/";
    private static final Pattern KEY = Pattern.compile("ptx\\.(\\w+)\\.sm_(\\d+)\\.ptx");

    /** What the manifest says: of compiler, sources and results. */
    public static Properties manifest() throws IOException {
        Properties manifest = new Properties();
        try (InputStream resource = ShippedPtx.class.getResourceAsStream(FOLDER + "manifest.properties")) {
            manifest.load(resource);
        }
        return manifest;
    }

    /** The SHA-256 of what the manifest says of the PTX: it tells one state of the kernels from another. */
    public static String hash() throws IOException {
        Properties manifest = manifest();
        StringBuilder ptx = new StringBuilder();
        for (String key : manifest.stringPropertyNames().stream().sorted().toList()) {
            if (KEY.matcher(key).matches()) {
                ptx.append(key).append('=').append(manifest.getProperty(key)).append('\n');
            }
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(ptx.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Every module, in the order of their names. */
    public static List<ShippedPtx> all() throws IOException {
        List<ShippedPtx> all = new ArrayList<>();
        for (String key : manifest().stringPropertyNames().stream().sorted().toList()) {
            Matcher file = KEY.matcher(key);
            if (file.matches()) {
                all.add(new ShippedPtx(file.group(1), Integer.parseInt(file.group(2))));
            }
        }
        return all;
    }

    /** The PTX. */
    public byte[] bytes() throws IOException {
        try (InputStream resource = ShippedPtx.class.getResourceAsStream(FOLDER + this)) {
            return resource.readAllBytes();
        }
    }

    /** The file's name. */
    @Override
    public String toString() {
        return module + ".sm_" + architecture + ".ptx";
    }
}
