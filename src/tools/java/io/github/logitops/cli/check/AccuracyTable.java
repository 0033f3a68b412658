package io.github.logitops.cli.check;

import io.github.logitops.spec.DType;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The largest errors of each op and dtype, beside those of {@link PlainFloat}. For many threads. */
final class AccuracyTable {
    /** Ops by name, dtypes from the widest to the narrowest. */
    private record Key(String op, DType dtype) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byOp = op.compareTo(other.op);
            return byOp != 0 ? byOp : CheckTable.DTYPES.indexOf(dtype) - CheckTable.DTYPES.indexOf(other.dtype);
        }
    }

    private final Map<Key, ErrorSize> ours = new TreeMap<>();
    private final Map<Key, ErrorSize> plain = new TreeMap<>();

    /** Takes in errors of an op here. */
    synchronized void add(String op, DType dtype, ErrorSize errors) {
        ours.merge(new Key(op, dtype), errors, ErrorSize::max);
    }

    /** Takes in errors of the plain loops in its place. */
    synchronized void addPlain(String op, DType dtype, ErrorSize errors) {
        plain.merge(new Key(op, dtype), errors, ErrorSize::max);
    }

    ErrorSize ours(String op, DType dtype) {
        return ours.get(new Key(op, dtype));
    }

    ErrorSize plain(String op, DType dtype) {
        return plain.get(new Key(op, dtype));
    }

    /** As Markdown. */
    @Override
    public String toString() {
        String line = "| %-38s | %5s | %8s | %10s | %8s | %14s |";
        StringBuilder text =
                new StringBuilder(String.format(line, "op", "dtype", "ulp", "plain ulp", "relative", "plain relative"));
        text.append(
                String.format("%n|%s|------:|---------:|-----------:|---------:|---------------:|", "-".repeat(40)));
        ours.forEach((key, errors) -> {
            ErrorSize loops = plain.get(key);
            text.append(String.format(
                    "%n" + line,
                    key.op,
                    key.dtype,
                    ulps(errors),
                    loops == null ? "-" : ulps(loops),
                    relative(errors),
                    loops == null ? "-" : relative(loops)));
        });
        return text.toString();
    }

    private static String ulps(ErrorSize errors) {
        return String.format(Locale.ROOT, errors.ulps() < 10_000 ? "%.2f" : "%.1e", errors.ulps());
    }

    private static String relative(ErrorSize errors) {
        return String.format(Locale.ROOT, "%.1e", errors.relative());
    }
}
