import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites PTX files, of one entry each, so that registers are used again once what they held is no longer needed. nvcc gives every
 * value a register of its own, whose numbers are half of what compressed PTX consists of. To the driver it is the same program: it
 * assigns registers itself.
 *
 * <p>usage: {@code java scripts/ReuseRegisters.java FILE...}
 */
final class ReuseRegisters {
    private static final Pattern DECLARATION = Pattern.compile("(\\s*\\.reg \\.\\w+\\s+%)([a-z]+)<\\d+>;");
    private static final Pattern REGISTER = Pattern.compile("%([a-z]+)(\\d+)\\b");
    private static final Pattern LABEL = Pattern.compile("\\s*(\\$\\w+):\\s*");
    private static final Pattern SCOPE = Pattern.compile("^\\s*\\{|(?<=;)\\s*\\}\\s*$"); // as opposed to a vector
    private static final Pattern INSTRUCTION =
            Pattern.compile("\\s*(?<guard>@!?%p\\d+ )?\\s*(?<opcode>[a-z][\\w.:]*)\\s*(?<operands>.*)");
    private static final Pattern WRITES_NOTHING = Pattern.compile("(bra|bar|barrier|ret)\\b.*");
    private static final Pattern DESTINATION = Pattern.compile("\\{[^}]*\\}|[^,\\[]*");

    private final List<String> lines;
    private final Map<String, Integer> registers = new HashMap<>(); // to their number, in the order of the text
    private final List<String> kinds = new ArrayList<>(); // by that number

    // Of each line: what it reads and writes, where it goes on, and what is needed behind it.
    private final BitSet[] reads;
    private final BitSet[] writes;
    private final int[][] next;
    private final BitSet[] needed;

    private ReuseRegisters(List<String> lines) {
        this.lines = lines;
        reads = new BitSet[lines.size()];
        writes = new BitSet[lines.size()];
        next = new int[lines.size()][];
        needed = new BitSet[lines.size()];
        Map<String, Integer> labels = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher label = LABEL.matcher(lines.get(i));
            if (label.matches()) {
                labels.put(label.group(1), i);
            }
        }
        for (int i = 0; i < lines.size(); i++) {
            decode(i, labels);
        }
    }

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            Path path = Path.of(file);
            Files.write(path, new ReuseRegisters(Files.readAllLines(path)).rewritten());
        }
    }

    private void decode(int i, Map<String, Integer> labels) {
        reads[i] = new BitSet();
        writes[i] = new BitSet();
        needed[i] = new BitSet();
        next[i] = i + 1 < lines.size() ? new int[] {i + 1} : new int[0];
        if (!DECLARATION.matcher(lines.get(i)).matches()) {
            for (String statement : SCOPE.matcher(lines.get(i)).replaceAll("").split(";")) {
                Matcher instruction = INSTRUCTION.matcher(statement);
                if (instruction.matches()) {
                    decode(i, instruction, labels);
                }
            }
        }
    }

    /** What an instruction does. A guarded one writes only perhaps, so what was there before is still needed. */
    private void decode(int i, Matcher instruction, Map<String, Integer> labels) {
        String opcode = instruction.group("opcode");
        String operands = instruction.group("operands");
        boolean guarded = instruction.group("guard") != null;
        Matcher destination = DESTINATION.matcher(operands);
        int behind = !WRITES_NOTHING.matcher(opcode).matches() && destination.lookingAt() ? destination.end() : 0;
        BitSet read = registers(operands.substring(behind));
        BitSet written = registers(operands.substring(0, behind));
        if (guarded) {
            read.or(registers(instruction.group("guard")));
            read.or(written);
        }
        read.andNot(writes[i]); // by an instruction before it in this line
        reads[i].or(read);
        writes[i].or(written);
        if (opcode.startsWith("bra")) {
            int target = labels.get(operands.strip());
            next[i] = guarded ? new int[] {i + 1, target} : new int[] {target};
        } else if (opcode.equals("ret") && !guarded) {
            next[i] = new int[0];
        }
    }

    private BitSet registers(String text) {
        BitSet found = new BitSet();
        REGISTER.matcher(text).results().forEach(register -> found.set(number(register)));
        return found;
    }

    private int number(MatchResult register) {
        return registers.computeIfAbsent(register.group(), name -> {
            kinds.add(register.group(1));
            return kinds.size() - 1;
        });
    }

    /** Fills in what is needed behind each line, from the end to the beginning until nothing is new. */
    private void findNeeded() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = lines.size() - 1; i >= 0; i--) {
                BitSet behind = new BitSet();
                for (int target : next[i]) {
                    behind.or(before(target));
                }
                changed |= !behind.equals(needed[i]);
                needed[i] = behind;
            }
        }
    }

    private BitSet before(int i) {
        BitSet before = (BitSet) needed[i].clone();
        before.andNot(writes[i]);
        before.or(reads[i]);
        return before;
    }

    private List<String> rewritten() {
        findNeeded();
        int[] first = new int[kinds.size()];
        int[] last = new int[kinds.size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        for (int i = 0; i < lines.size(); i++) {
            int line = i;
            BitSet there = before(i);
            there.or(needed[i]);
            there.or(writes[i]);
            there.stream().forEach(register -> {
                first[register] = Math.min(first[register], line);
                last[register] = line;
            });
        }
        return renamed(first, last);
    }

    /** From its first line to its last a register has a number of its kind to itself: the lowest that is free. */
    private List<String> renamed(int[] first, int[] last) {
        Map<Integer, List<Integer>> beginning = new HashMap<>();
        Map<Integer, List<Integer>> ending = new HashMap<>();
        for (int register = 0; register < kinds.size(); register++) {
            beginning.computeIfAbsent(first[register], i -> new ArrayList<>()).add(register);
            ending.computeIfAbsent(last[register], i -> new ArrayList<>()).add(register);
        }
        int[] numbers = new int[kinds.size()];
        Map<String, PriorityQueue<Integer>> free = new HashMap<>();
        Map<String, Integer> used = new HashMap<>();
        List<String> result = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            for (int register : beginning.getOrDefault(i, List.of())) {
                Integer number = free.computeIfAbsent(kinds.get(register), kind -> new PriorityQueue<>()).poll();
                numbers[register] = number != null ? number : used.merge(kinds.get(register), 1, Integer::sum);
            }
            result.add(REGISTER.matcher(lines.get(i)).replaceAll(register ->
                    "%" + register.group(1) + numbers[registers.get(register.group())]));
            for (int register : ending.getOrDefault(i, List.of())) {
                free.get(kinds.get(register)).add(numbers[register]);
            }
        }
        result.replaceAll(line -> {
            Matcher declaration = DECLARATION.matcher(line);
            return declaration.matches()
                    ? declaration.group(1) + declaration.group(2) + "<" + (used.getOrDefault(declaration.group(2), 0) + 1) + ">;"
                    : line;
        });
        return result;
    }
}
