package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitops.cli.CommandRun;
import io.github.logitops.support.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of the GPU kit, with stand-ins for the Java runtime and the tools: what they run, for how long, and what they say. */
@EnabledOnOs(OS.LINUX)
class KitTest {
    /** Ends at once, with the code in `failing` for the words there; hangs once for the words in `hanging`. */
    private static final String JAVA = """
            #!/usr/bin/env bash
            kit=$(cd "$(dirname "$0")/../.." && pwd)
            words=$*
            words=${TOOL:+$TOOL }${words#*cli.Main }
            if [[ -e $kit/hanging && $words == $(<"$kit/hanging") ]]; then
              echo $$ >"$kit/pid"
              rm "$kit/hanging"
              trap 'exit 143' TERM # as a JVM does
              tail -f /dev/null &
              wait
            fi
            if [[ -e $kit/failing ]]; then
              while read -r code pattern; do
                [[ $words != $pattern ]] || exit "$code"
              done <"$kit/failing"
            fi
            case $words in
              info) printf 'device    Stand-in H100, compute capability 9.0\\nbackend   CUDA (AUTO)\\n' ;;
              *--record=*) echo '# logitops check --record, outputs of: Stand-in H100, 9.0' >"${words##*--record=}" ;;
              bench*) echo '{}' >"${words##*--folder=}/stand-in.json" ;;
              launch*) echo '{}' >"${words##*--folder=}/launch-stand-in.json" ;;
            esac
            echo "ran $words"
            """;

    private static final String SANITIZER = """
            #!/usr/bin/env bash
            export TOOL=$2
            shift 6
            exec "$@"
            """;

    @TempDir
    Path kit;

    @BeforeEach
    void unpack() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("scripts/kit"))) {
            for (Path file : files.toList()) {
                Files.copy(file, kit.resolve(file.getFileName()));
            }
        }
        Files.writeString(kit.resolve("VERSION"), "0123");
        program("runtime/bin/java", JAVA);
        program("bin/compute-sanitizer", SANITIZER);
        program("bin/python3", "#!/bin/sh\n");
        program("bin/nvidia-smi", "#!/bin/sh\necho smi\n");
    }

    private void program(String name, String text) throws IOException {
        Path file = kit.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private ChildJvm.End run(String... words) {
        return ChildJvm.start(builder(words), kit).await();
    }

    private ProcessBuilder builder(String... words) {
        List<String> command =
                new ArrayList<>(List.of("bash", kit.resolve("run").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().merge("PATH", kit.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        builder.environment().keySet().removeAll(List.of("LOGITOPS_KIT_RESULTS", "CUDA_CACHE_PATH"));
        return builder;
    }

    @Test
    void allRunsEveryStepAndPacksWhatTheyFound() throws Exception {
        ChildJvm.End end = run("all");
        List<String> expected = List.of(
                "info: exit code 0, N s of N, info.log: smi",
                "warm: exit code 0, N s of N, warm.log: ran experiments jit",
                "check: exit code 0, N s of N, check.log: ran check --backend=CUDA --full",
                "test: exit code 0, N s of N, test.log: ran ",
                "record: exit code 0, N s of N, record.log: record: stand-in-h100.txt",
                "bench: exit code 0, N s of N, bench.log: ran bench --backend=CUDA --commit=0123 --folder=results",
                "launch: exit code 0, N s of N, launch.log: ran compare launch-stand-in.json peers-launch-stand-in.json",
                "experiments: exit code 0, N s of N, experiments.log: ran experiments cublas",
                "peers: exit code 0, N s of N, peers.log: ran compare stand-in.json peers-stand-in.json",
                "archive: results.tar.gz, bytes=N");
        assertEquals(expected, lines(end));
        assertEquals(0, end.exitCode());
        ChildJvm.End packed = ChildJvm.start(
                        new ProcessBuilder(
                                "tar", "tzf", results("results.tar.gz").toString()),
                        kit)
                .await();
        List<String> names = packed.lines().stream().sorted().toList();
        assertEquals(
                List.of(
                        "results/",
                        "results/all.txt",
                        "results/bench.log",
                        "results/check.log",
                        "results/experiments.log",
                        "results/info.log",
                        "results/launch-stand-in.json",
                        "results/launch.log",
                        "results/peers.log",
                        "results/record.log",
                        "results/stand-in-h100.txt",
                        "results/stand-in.json",
                        "results/test.log",
                        "results/warm.log"),
                names);
    }

    @Test
    void aStepThatFailsAndAnArchiveThatIsTooLargeAreFailures() throws IOException {
        byte[] noise = new byte[16_000_001];
        new Random(1).nextBytes(noise);
        Files.createDirectories(results(""));
        Files.write(results("noise"), noise);
        Files.writeString(kit.resolve("failing"), "5 check --backend=CUDA --full\n");
        ChildJvm.End end = run("all");
        List<String> lines = lines(end);
        assertEquals("check: exit code 5, N s of N, check.log: ", lines.get(2));
        assertEquals(
                "peers: exit code 0, N s of N, peers.log: ran compare stand-in.json peers-stand-in.json", lines.get(8));
        assertEquals("archive: too large to carry away: results.tar.gz, bytes=N, most=N", lines.get(9));
        assertEquals(1, end.exitCode());
    }

    @Test
    void aStepThatHangsIsStoppedAndNoneBeginsAfterTheEnd() throws IOException {
        Files.writeString(kit.resolve("hanging"), "info");
        ChildJvm.End end = run("all", "--seconds=1");
        List<String> lines = lines(end);
        String hanging = lines.get(0); // whose log has a line by then, unless the machine is slow
        assertTrue(hanging.matches("info: not finished in N s, info.log: (kit {7}commit 0123)?"), hanging);
        assertEquals(
                List.of(
                        "warm: not started: no time left",
                        "check: not started: no time left",
                        "test: not started: no time left",
                        "record: not started: no time left",
                        "bench: not started: no time left",
                        "launch: not started: no time left",
                        "experiments: not started: no time left",
                        "peers: not started: no time left",
                        "archive: results.tar.gz, bytes=N"),
                lines.subList(1, lines.size()));
        assertEquals(1, end.exitCode());
    }

    @Test
    void whoeverStopsAllStopsItsStepToo() throws Exception {
        assertStopped("info", "all");
        assertStopped(
                "racecheck check --backend=CUDA --op=entropy --least", "sanitize", "--tool=racecheck", "--op=entropy");
    }

    @Test
    void contractsRunOnTheGpuAlone() {
        String ran = run("test", "--details=summary").lines().get(0);
        for (String word : List.of(
                "-Dlogitops.rigs=gpu",
                "-Dlogitops.require=cuda",
                "--select-package=io.github.logitops.contract",
                "--include-tag=contract",
                "--details=summary")) {
            assertTrue((ran + " ").contains(" " + word + " "), ran);
        }
    }

    private void assertStopped(String hanging, String... words) throws Exception {
        Files.writeString(kit.resolve("hanging"), hanging);
        Process run = builder(words)
                .redirectErrorStream(true)
                .redirectOutput(kit.resolve("output").toFile())
                .start();
        while (run.isAlive() && Files.exists(kit.resolve("hanging"))) {
            Thread.sleep(20);
        }
        long child = Long.parseLong(Files.readString(kit.resolve("pid")).strip());
        run.destroy(); // TERM
        assertTrue(run.waitFor(30, TimeUnit.SECONDS), "it goes on");
        assertEquals(143, run.exitValue());
        assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false), "its step goes on");
    }

    /** Lines without what differs from run to run: numbers, folders, and what is said meanwhile. */
    private List<String> lines(ChildJvm.End end) {
        return end.lines().stream()
                .filter(line -> !line.startsWith("run: "))
                .map(line -> line.replace(results("") + "/", "").replace(kit + "/", ""))
                .map(line -> line.replaceAll("(bytes=|most=| s of |in |, )\\d+(?= s|,|:|$)", "$1N"))
                .map(line -> line.replaceAll("(test.log: ran ).*", "$1"))
                .toList();
    }

    private Path results(String name) {
        return kit.resolve("results").resolve(name);
    }

    @Test
    void theStepsOfAllFitIntoTenMinutes() {
        int sum = run("all", "-h").lines().stream()
                .filter(line -> line.matches(" *\\d+ \\S+"))
                .mapToInt(line -> Integer.parseInt(line.strip().split(" ")[0]))
                .sum();
        assertTrue(sum > 500 && sum <= 600, "seconds: " + sum);
    }

    @Test
    void sanitizeJudgesEachToolOnEachOp() throws IOException {
        Files.writeString(kit.resolve("hanging"), "racecheck check --backend=CUDA --op=entropy --least");
        Files.writeString(kit.resolve("failing"), """
                9 racecheck check --backend=CUDA --op=softmax --least
                1 memcheck check --backend=CUDA --op=entropy --least
                7 initcheck check --backend=CUDA --op=entropy --least
                """);
        ChildJvm.End end =
                run("sanitize", "--seconds=12", "--op=entropy,softmax", "--tool=racecheck,memcheck,initcheck");
        List<String> lines = end.lines().stream()
                .map(line -> line.replaceAll("in \\d+ s", "in N s")
                        .replaceAll(" +", " ")
                        .strip())
                .toList();
        assertEquals(
                List.of(
                        "plain: clean",
                        "racecheck-entropy: not finished in N s",
                        "racecheck-softmax: found",
                        "memcheck-entropy: wrong results",
                        "memcheck-softmax: clean",
                        "initcheck-entropy: exit code 7",
                        "initcheck-softmax: clean",
                        "",
                        "op racecheck memcheck initcheck",
                        "entropy not finished in N s wrong results exit code 7",
                        "softmax found clean clean",
                        "",
                        "covered: check --least, without a tool: ran check --backend=CUDA --op=entropy,softmax --least"),
                lines);
        assertEquals(1, end.exitCode());
        assertEquals(end.lines().subList(7, 13), Files.readAllLines(results("sanitize.txt")));
        assertEquals(
                "ran memcheck check --backend=CUDA --op=softmax --least\n",
                Files.readString(results("sanitize/memcheck-softmax.log")));
    }

    @Test
    void optionsOfCheckReplaceThoseOfSanitize() {
        ChildJvm.End end = run("sanitize", "--op=softmax", "--tool=memcheck", "--longest=70", "--backend=cpu");
        assertEquals(
                "covered: check --longest=70 --backend=cpu, without a tool: "
                        + "ran check --op=softmax --longest=70 --backend=cpu",
                end.lines().get(end.lines().size() - 1));
        assertEquals(0, end.exitCode());
    }

    @Test
    void sanitizeKnowsEveryOpOfCheck() {
        String ops = run("sanitize", "-h").lines().stream()
                .filter(line -> line.startsWith("ops: "))
                .findAny()
                .orElseThrow();
        String message = CommandRun.of("check", "--op=none").err().get(0);
        assertEquals(
                message.substring(message.indexOf('[') + 1, message.indexOf(']')),
                ops.substring("ops: ".length()).replace(" ", ", "));
    }

    @Test
    void mistakesAreNamed() {
        assertMistake("run: not a number of seconds: --seconds=0", "all", "--seconds=0");
        assertMistake("run: not a number of seconds: --seconds=", "sanitize", "--seconds=");
        assertMistake("run: all: it has one option, --seconds=N: --full", "all", "--full");
        assertMistake("run: sanitize: its value comes after =: --op", "sanitize", "--op", "softmax");
        assertMistake("run: sanitize: nothing to run: --tool=", "sanitize", "--tool=");
        assertMistake(
                "run: sanitize: unknown: --tool=race, known: racecheck memcheck initcheck synccheck",
                "sanitize",
                "--tool=memcheck,race");
        assertFalse(Files.exists(results("all.txt")));
    }

    private void assertMistake(String message, String... words) {
        ChildJvm.End end = run(words);
        assertEquals(List.of(message), end.lines());
        assertEquals(2, end.exitCode());
    }
}
