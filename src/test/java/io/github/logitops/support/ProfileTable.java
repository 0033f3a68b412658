package io.github.logitops.support;

import io.github.logitops.emulator.LaunchProfile;
import io.github.logitops.spec.DType;
import io.github.logitops.spec.Layout;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Prints what kernels do to memory, counted in the emulator, as the tables of docs/kernels-tour.md. */
public final class ProfileTable {
    private static final List<Geometry> GEOMETRIES =
            List.of(Geometry.dense(8, 4096), Geometry.dense(2, 19, 256).along(1));

    /** GPT-2's vocabulary, dense, with rows that begin at whole vectors, and filled up to whole vectors. */
    private static final List<Geometry> VOCABULARY =
            List.of(Geometry.dense(4, 50257), Geometry.dense(4, 50257).padded(7), Geometry.dense(4, 50264));

    /** As many queries as keys: on average a row sees half of them. */
    private static final Geometry CAUSAL = Geometry.dense(512, 512);

    /** Classes of images of even and odd sizes, few and many. */
    private static final List<Geometry> IMAGES = List.of(
            Geometry.dense(2, 4, 4096).along(1),
            Geometry.dense(2, 8, 4096).along(1),
            Geometry.dense(2, 21, 2048).along(1),
            Geometry.dense(2, 21, 2049).along(1),
            Geometry.dense(2, 150, 512).along(1));

    private static final List<String> OF_VOCABULARY =
            List.of("softmax.forward", "softmax.backward", "crossEntropy.forward", "crossEntropy.forwardBackward");

    private ProfileTable() {}

    /** @param args "vocabulary" for rows of 50257; "images" for classes of images; nothing for every kernel */
    public static void main(String[] args) {
        System.out.println("| kernel | logits | passes | bytes a request | sectors / ideal "
                + "| barriers a row | ex2 an element | instructions an element |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        if (List.of(args).contains("vocabulary")) {
            VOCABULARY.forEach(geometry -> print(DType.BF16, geometry, OF_VOCABULARY::contains));
        } else if (List.of(args).contains("images")) {
            for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
                IMAGES.forEach(geometry -> print(dtype, geometry, OF_VOCABULARY::contains));
            }
        } else {
            for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
                GEOMETRIES.forEach(geometry -> print(dtype, geometry, method -> method.contains(".")));
                System.out.println(line(ProfiledCall.of(OpCall.causal(dtype, CAUSAL), 90)));
            }
        }
    }

    private static void print(DType dtype, Geometry geometry, Predicate<String> methods) {
        for (OpCall call : OpCall.ofEveryOp(dtype, geometry)) {
            boolean several = call.method().startsWith("crossEntropy"); // sorts of targets
            boolean plain = !several || call.targets() == OpCall.Targets.PLAIN_LABELS;
            if (plain && methods.test(call.method())) {
                System.out.println(line(ProfiledCall.of(call, 90)));
            }
        }
    }

    private static String logits(Geometry geometry) {
        boolean dense = geometry.layout().equals(Layout.dense(geometry.shape()));
        return geometry.shape() + (dense ? "" : ", row stride " + geometry.rowStride());
    }

    private static String line(ProfiledCall profiled) {
        Geometry geometry = profiled.call().geometry();
        LaunchProfile main = profiled.main();
        double elements = (double) geometry.rows() * geometry.classes();
        double bytes = elements * profiled.call().dtype().bytes();
        String passes = profiled.rows().keySet().stream()
                .sorted()
                .map(name -> passes(name, profiled.traffic(name), bytes))
                .collect(Collectors.joining(", "));
        LaunchProfile.Traffic all = profiled.rows().keySet().stream()
                .map(profiled::traffic)
                .reduce(LaunchProfile.Traffic.NONE, LaunchProfile.Traffic::plus);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %d | %.3f | %.1f | %.2f | %.1f |",
                main.entry(),
                logits(geometry),
                passes,
                widest(all) * 32,
                (double) all.sectors() / all.idealSectors(),
                (double) main.barriers() / geometry.rows(),
                main.exponentials() / elements,
                main.instructions() / elements);
    }

    private static int widest(LaunchProfile.Traffic traffic) {
        return traffic.requestsByWidth().keySet().stream()
                .mapToInt(width -> width)
                .max()
                .orElse(0);
    }

    private static String passes(String name, LaunchProfile.Traffic traffic, double bytes) {
        boolean writes = traffic.bytesWritten() > 0;
        double passes = (writes ? traffic.bytesWritten() : traffic.bytesRead()) / bytes;
        return String.format(Locale.ROOT, "%s %.2f%s", name, passes, writes ? "W" : "R");
    }
}
