package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Kind;
import io.github.logitops.emulator.Instruction.Step;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns statements into what a warp runs. An opcode that it does not know is an error here, before anything runs. */
final class Decoder {
    private static final Pattern MOVE = Pattern.compile("mov\\.[usfb](16|32|64)");
    private static final Pattern SELECT = Pattern.compile("selp\\.[usfb](16|32|64)");
    private static final Pattern SHUFFLE = Pattern.compile("shfl\\.sync\\.(bfly|down|up|idx)\\.b32");
    private static final Pattern VOTE = Pattern.compile("vote\\.sync\\.(any|all)\\.pred");

    private final String module;
    private final Map<String, Integer> labels;
    private final int length;
    private final Parameters parameters;
    private final Approximations approximations;
    private Statement statement;

    /** For an entry of {@code length} statements. */
    Decoder(
            String module,
            Map<String, Integer> labels,
            int length,
            Parameters parameters,
            Approximations approximations) {
        this.module = module;
        this.approximations = approximations;
        this.labels = labels;
        this.length = length;
        this.parameters = parameters;
    }

    Instruction decode(Statement next) {
        statement = next;
        try {
            return switch (next.opcode()) {
                case "ret" -> instruction(Kind.RETURN, null, 0);
                case "bra", "bra.uni" -> instruction(Kind.BRANCH, null, target());
                case "bar.sync" -> barrier();
                default -> {
                    Step collective = collective();
                    if (collective != null) {
                        yield instruction(Kind.COLLECTIVE, collective, 0);
                    }
                    ClusterDecoder.Decoded ofClusters = new ClusterDecoder(next).decode();
                    yield ofClusters != null
                            ? instruction(ofClusters.kind(), ofClusters.step(), 0)
                            : instruction(Kind.PLAIN, step(), 0);
                }
            };
        } catch (ClassCastException | IndexOutOfBoundsException e) { // operands of another kind or number
            throw error("unknown form of an instruction");
        }
    }

    /** The last operand of a collective is its mask of members; without any, all of the warp are. */
    private Instruction instruction(Kind kind, Step step, int target) {
        int operands = statement.operands().size();
        int members = switch (kind) {
            case COLLECTIVE -> operands == 0 ? Entry.SPECIAL.get(Entry.WHOLE_WARP) : source(operands - 1);
            default -> 0;
        };
        return new Instruction(kind, step, statement.guard(), statement.negated(), target, members, statement);
    }

    private int target() {
        Integer target = labels.get(((Operand.Label) operand(0)).name());
        if (target == null || target >= length) {
            throw error("branch to nowhere");
        }
        return target;
    }

    private Instruction barrier() {
        if (statement.operands().size() != 1 || ((Operand.Constant) operand(0)).value() != 0) {
            throw error("unknown form of an instruction");
        }
        return instruction(Kind.BARRIER, null, 0);
    }

    private Step collective() {
        String opcode = statement.opcode();
        Matcher shuffle = SHUFFLE.matcher(opcode);
        if (shuffle.matches()) {
            Collectives.Shuffle mode =
                    Collectives.Shuffle.valueOf(shuffle.group(1).toUpperCase(Locale.ROOT));
            Operand result = operand(0);
            int predicate = -1;
            if (result instanceof Operand.Pair pair) {
                result = pair.register();
                predicate = ((Operand.Predicate) pair.predicate()).index();
            }
            return Collectives.shuffle(mode, slot(result), predicate, source(1), source(2), source(3));
        }
        Matcher vote = VOTE.matcher(opcode);
        if (vote.matches()) {
            return Collectives.vote(vote.group(1), predicate(0), predicate(1));
        }
        if (opcode.startsWith("redux.sync.")) {
            Operations.Operation operation = Operations.ATOMIC.get(opcode.substring("redux.sync".length()));
            return operation == null
                    ? null
                    : Collectives.reduce(operation, destination(0).slot(), source(1));
        }
        return switch (opcode) {
            case "vote.sync.ballot.b32" -> Collectives.ballot(destination(0).slot(), predicate(1));
            case "bar.warp.sync" -> Collectives.meet();
            default -> null;
        };
    }

    private Step step() {
        String opcode = statement.opcode();
        Operations.Operation operation = Operations.VALUES.get(opcode);
        if (operation != null) {
            int count = statement.operands().size();
            return Steps.compute(
                    opcode + approximations,
                    opcode.contains(".approx.") ? approximations.of(operation) : operation,
                    destination(0),
                    source(1),
                    count > 2 ? source(2) : 0,
                    count > 3 ? source(3) : 0);
        }
        Operations.Comparison comparison = Operations.COMPARISONS.get(opcode);
        if (comparison != null) {
            return Steps.compare(comparison, predicate(0), source(1), source(2));
        }
        Operations.Logic logic = Operations.LOGIC.get(opcode);
        if (logic != null) {
            return logic(logic);
        }
        if (MOVE.matcher(opcode).matches()) {
            return move();
        }
        if (SELECT.matcher(opcode).matches()) {
            return Steps.select(destination(0), source(1), source(2), predicate(3));
        }
        Step memory = new MemoryDecoder(statement, parameters).step();
        if (memory == null) {
            throw error("unknown instruction");
        }
        return memory;
    }

    private Step logic(Operations.Logic logic) {
        if (operand(1) instanceof Operand.Constant constant) {
            return Steps.setPredicate(predicate(0), constant.value() != 0);
        }
        if (statement.operands().size() > 2 && operand(2) instanceof Operand.Constant constant) {
            int all = constant.value() != 0 ? -1 : 0;
            return Steps.combine((a, b) -> logic.of(a, all), predicate(0), predicate(1), predicate(1));
        }
        int second = statement.operands().size() > 2 ? predicate(2) : predicate(1);
        return Steps.combine(logic, predicate(0), predicate(1), second);
    }

    private Step move() {
        if (operand(0) instanceof Operand.Pack pack) {
            requirePair(pack);
            return Steps.unpack(register(pack.parts(), 0), register(pack.parts(), 1), source(1));
        }
        if (operand(1) instanceof Operand.Pack pack) {
            requirePair(pack);
            Operand.Register destination = destination(0);
            List<Operand> parts = pack.parts();
            return Steps.pack(destination, slot(parts.get(0)), slot(parts.get(1)), destination.bits() / parts.size());
        }
        return Steps.copy(destination(0), source(1));
    }

    private void requirePair(Operand.Pack pack) {
        if (pack.parts().size() != 2) {
            throw error("unknown form of an instruction");
        }
    }

    private Operand operand(int index) {
        return statement.operands().get(index);
    }

    private Operand.Register destination(int index) {
        return (Operand.Register) operand(index);
    }

    private static Operand.Register register(List<Operand> parts, int index) {
        return (Operand.Register) parts.get(index);
    }

    private int predicate(int index) {
        return ((Operand.Predicate) operand(index)).index();
    }

    private int source(int index) {
        return slot(operand(index));
    }

    /** Where the value of an operand is. */
    static int slot(Operand operand) {
        return operand instanceof Operand.Constant constant ? constant.slot() : ((Operand.Register) operand).slot();
    }

    private EmulatorException error(String what) {
        return new EmulatorException("emulator: " + what + ": opcode=" + statement.opcode() + ", file=" + module
                + ", line=" + statement.line() + ", instruction=" + statement.text());
    }
}
