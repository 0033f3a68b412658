package io.github.logitops.cli.bench;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.github.logitops.cli.OutputFile;
import io.github.logitops.cli.Reason;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
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

    static void write(BenchReport report, OutputFile file) throws IOException {
        file.write((GSON.toJson(report) + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a report.
     *
     * @throws IllegalArgumentException if the file cannot be read or is not one of this schema
     */
    static BenchReport read(Path file) {
        BenchReport report;
        try (Reader reader = Files.newBufferedReader(file)) {
            report = GSON.fromJson(reader, BenchReport.class);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("bench: not a report: file=" + file + ", cause=" + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("bench: cannot read: file=" + file + ", cause=" + Reason.of(e), e);
        }
        if (report == null || report.schema() != BenchReport.SCHEMA || report.cells() == null) {
            throw new IllegalArgumentException("bench: not a report of this schema: file=" + file + ", schema="
                    + (report == null ? "none" : report.schema()) + ", expected=" + BenchReport.SCHEMA);
        }
        return report;
    }
}
