package io.github.logitops.cli.bench;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reports as JSON files. */
final class ReportFile {
    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.IDENTITY)
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .create();

    private ReportFile() {}

    /** Writes a report, and its folder if there is none. */
    static void write(BenchReport report, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, GSON.toJson(report) + System.lineSeparator());
    }

    /**
     * Reads a report.
     *
     * @throws IllegalArgumentException if the file is not one of this schema
     */
    static BenchReport read(Path file) throws IOException {
        BenchReport report;
        try (Reader reader = Files.newBufferedReader(file)) {
            report = GSON.fromJson(reader, BenchReport.class);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("bench: not a report: file=" + file + ", cause=" + e.getMessage(), e);
        }
        if (report == null || report.schema() != BenchReport.SCHEMA || report.cells() == null) {
            throw new IllegalArgumentException("bench: not a report of this schema: file=" + file + ", schema="
                    + (report == null ? "none" : report.schema()) + ", expected=" + BenchReport.SCHEMA);
        }
        return report;
    }
}
