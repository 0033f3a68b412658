package io.github.logitops.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the PTX that nvcc writes for these kernels, and fails at whatever it does not know. */
final class Parser {
    /** Nothing may be touched between shared variables: an overrun of one must not reach the next. */
    private static final int GAP = 256;

    private static final int DEFAULT_MAX_THREADS = 1024;
    private static final Pattern FILE = Pattern.compile("\\.file\\s+(\\d+)\\s+\"(?:[^\"]*/)?([^\"/]+)\"");

    private final Tokens tokens;
    private final String module;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Long> symbols = new HashMap<>();
    private final Approximations approximations;
    private final Map<Integer, String> files = new HashMap<>();
    private final List<Entry.Variable> shared = new ArrayList<>();

    private Scope scope;
    private Scope.Slots slots;
    private List<Statement> statements;
    private Map<String, Integer> labels;
    private Parameters parameters;
    private List<Entry.Variable> local;
    private String source;
    private int maxThreads;
    private int clusterBlocks;

    private Parser(String module, String text, Approximations approximations) {
        this.module = module;
        this.approximations = approximations;
        this.tokens = new Tokens(module, text);
        Matcher file = FILE.matcher(text); // nvcc names its files after the code that speaks of them
        while (file.find()) {
            files.put(Integer.valueOf(file.group(1)), file.group(2));
        }
    }

    /** The kernels of a module by name. */
    static Map<String, Entry> parse(String module, String text, Approximations approximations) {
        return new Parser(module, text, approximations).module();
    }

    private Map<String, Entry> module() {
        while (!tokens.atEnd()) {
            switch (tokens.peek()) {
                case ".version", ".target", ".address_size" -> {
                    tokens.take();
                    tokens.take();
                }
                case ".shared" -> variable(shared, SharedMemory.BASE);
                case ".extern" -> dynamicShared();
                case ".file" -> {
                    tokens.take();
                    tokens.takeInt();
                    tokens.take();
                }
                case ".visible" -> {
                    tokens.take();
                    tokens.expect(".entry");
                    entry();
                }
                default -> throw tokens.unexpected("expected=a directive");
            }
        }
        return entries;
    }

    private void entry() {
        local = new ArrayList<>();
        source = null;
        slots = new Scope.Slots();
        scope = new Scope(null, slots);
        statements = new ArrayList<>();
        labels = new HashMap<>();
        parameters = new Parameters(slots);
        String name = tokens.take();
        parameters();
        maxThreads = DEFAULT_MAX_THREADS;
        clusterBlocks = 1;
        performanceDirectives();
        body();
        if (Entry.Variable.end(shared) > SharedMemory.DYNAMIC) {
            throw tokens.unexpected(
                    "more shared variables than fit into " + SharedMemory.DYNAMIC + " bytes, kernel=" + name);
        }
        Decoder decoder = new Decoder(module, labels, statements.size(), parameters, approximations);
        Instruction[] code = statements.stream().map(decoder::decode).toArray(Instruction[]::new);
        entries.put(
                name,
                new Entry(
                        module,
                        name,
                        parameters,
                        maxThreads,
                        clusterBlocks,
                        code,
                        slots.count(),
                        slots.predicates(),
                        slots.constants(),
                        List.copyOf(shared),
                        local));
    }

    /** Declares the parameters: a struct, or any number of values. */
    private void parameters() {
        boolean struct = false;
        tokens.expect("(");
        while (!tokens.takeIf(")")) {
            tokens.expect(".param");
            int alignment = tokens.takeIf(".align") ? tokens.takeInt() : 0;
            struct |= alignment > 0;
            int bytes = Entry.bits(tokens.take()) / Byte.SIZE;
            String name = tokens.take();
            parameters.declare(name, Math.max(alignment, bytes), bytes * arrayLength());
            tokens.takeIf(",");
        }
        if (struct && parameters.count() > 1) {
            throw tokens.unexpected("expected=no parameter beside a struct before it");
        }
    }

    /** The number in brackets; 1 without any. */
    private int arrayLength() {
        if (!tokens.takeIf("[")) {
            return 1;
        }
        int length = tokens.takeInt();
        tokens.expect("]");
        return length;
    }

    private void performanceDirectives() {
        while (!tokens.takeIf("{")) {
            switch (tokens.take()) {
                case ".maxntid" -> maxThreads = product();
                case ".minnctapersm" -> tokens.takeInt();
                case ".explicitcluster" -> {} // of the size that stands beside it
                case ".reqnctapercluster" -> clusterBlocks = product();
                default -> throw tokens.unexpected("expected=a known directive of an entry before it");
            }
        }
    }

    /** Of a size along each dimension. */
    private int product() {
        int product = tokens.takeInt();
        while (tokens.takeIf(",")) {
            product *= tokens.takeInt();
        }
        return product;
    }

    private void body() {
        int depth = 1;
        while (depth > 0) {
            switch (tokens.peek()) {
                case "{" -> {
                    tokens.take();
                    scope = new Scope(scope, slots);
                    depth++;
                }
                case "}" -> {
                    tokens.take();
                    scope = scope.outer();
                    depth--;
                }
                case ".reg" -> registers();
                case ".shared" -> variable(shared, SharedMemory.BASE);
                case ".local" -> variable(local, LocalMemory.BASE);
                case ".loc" -> location();
                case ".pragma" -> {
                    tokens.take();
                    tokens.take();
                    tokens.expect(";");
                }
                default -> labelOrInstruction();
            }
        }
    }

    private void registers() {
        tokens.expect(".reg");
        String type = tokens.take();
        do {
            String name = tokens.take();
            int count = -1;
            if (tokens.takeIf("<")) {
                count = tokens.takeInt();
                tokens.expect(">");
            }
            scope.declare(name, count, type);
        } while (tokens.takeIf(","));
        tokens.expect(";");
    }

    /** Declares the array without a length that a launch gives its dynamic shared memory as. */
    private void dynamicShared() {
        tokens.expect(".extern");
        tokens.expect(".shared");
        tokens.expect(".align");
        tokens.takeInt();
        tokens.expect(".b8");
        symbols.put(tokens.take(), SharedMemory.BASE + SharedMemory.DYNAMIC);
        tokens.expect("[");
        tokens.expect("]");
        tokens.expect(";");
    }

    /** Declares a variable behind the last one of its kind. */
    private void variable(List<Entry.Variable> variables, long base) {
        tokens.take();
        tokens.expect(".align");
        int alignment = tokens.takeInt();
        int bytes = Entry.bits(tokens.take()) / Byte.SIZE;
        String name = tokens.take();
        bytes *= arrayLength();
        tokens.expect(";");
        int offset = (Entry.Variable.end(variables) + GAP + alignment - 1) / alignment * alignment;
        symbols.put(name, base + offset);
        variables.add(new Entry.Variable(offset, bytes));
    }

    /** What the next instructions were compiled from; also from where that was inlined, if it was. */
    private void location() {
        tokens.expect(".loc");
        source = place();
        if (tokens.takeIf(",")) {
            tokens.expect("inlined_at");
            source += ", inlined at " + place();
        }
    }

    private String place() {
        String file = files.get(tokens.takeInt());
        int line = tokens.takeInt();
        tokens.takeInt(); // the column
        return file + ":" + line;
    }

    private void labelOrInstruction() {
        int start = tokens.position();
        int line = tokens.line();
        int guard = -1;
        boolean negated = false;
        if (tokens.takeIf("@")) {
            negated = tokens.takeIf("!");
            if (!(operand() instanceof Operand.Predicate predicate)) {
                throw tokens.unexpected("expected=a predicate before it");
            }
            guard = predicate.index();
        }
        String opcode = tokens.take();
        if (tokens.takeIf(":")) {
            labels.put(opcode, statements.size());
            return;
        }
        List<Operand> operands = new ArrayList<>();
        while (!tokens.peek().equals(";")) {
            operands.add(operand());
            if (!tokens.peek().equals(";")) {
                tokens.expect(",");
            }
        }
        String text = tokens.since(start);
        tokens.expect(";");
        statements.add(new Statement(line, source, text, guard, negated, opcode, operands));
    }

    private Operand operand() {
        if (tokens.takeIf("{")) {
            List<Operand> parts = new ArrayList<>();
            do {
                parts.add(simple());
            } while (tokens.takeIf(","));
            tokens.expect("}");
            return new Operand.Pack(parts);
        }
        if (tokens.takeIf("[")) {
            Operand base = simple();
            long offset = tokens.takeIf("+") ? literal() : 0;
            tokens.expect("]");
            return address(base, offset);
        }
        Operand operand = simple();
        return tokens.takeIf("|") ? new Operand.Pair(operand, simple()) : operand;
    }

    private Operand address(Operand base, long offset) {
        if (base instanceof Operand.Register register) {
            return new Operand.Address(register.slot(), offset);
        }
        if (base instanceof Operand.Constant constant) {
            return new Operand.Address(constant.slot(), offset);
        }
        if (base instanceof Operand.Parameter whole && offset >= 0 && offset < whole.bytes()) {
            return new Operand.Parameter(whole.offset() + (int) offset, whole.bytes() - (int) offset);
        }
        throw tokens.unexpected("expected=another address before it");
    }

    private Operand simple() {
        String word = tokens.peek();
        Operand known = scope.register(word);
        if (known == null) {
            known = parameters.named(word);
        }
        if (known == null && symbols.containsKey(word)) {
            known = constant(symbols.get(word));
        }
        if (known == null && Entry.SPECIAL.containsKey(word)) {
            known = new Operand.Constant(Entry.SPECIAL.get(word), 0);
        }
        if (known == null && word.startsWith("$")) {
            known = new Operand.Label(word);
        }
        if (word.equals("_")) {
            known = new Operand.Sink();
        }
        if (known != null) {
            tokens.take();
            return known;
        }
        return constant(literal());
    }

    private Operand constant(long value) {
        return new Operand.Constant(slots.constant(value), value);
    }

    private long literal() {
        boolean negative = tokens.takeIf("-");
        String word = tokens.peek();
        try {
            long value;
            if (word.matches("0[fFdDxX]\\p{XDigit}+U?")) {
                value = Long.parseUnsignedLong(word.substring(2).replace("U", ""), 16);
            } else {
                value = Long.parseUnsignedLong(word);
            }
            tokens.take();
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            throw tokens.unexpected("expected=an operand");
        }
    }
}
