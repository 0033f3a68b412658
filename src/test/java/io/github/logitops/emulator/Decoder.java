package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Kind;
import io.github.logitops.emulator.Instruction.Step;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns statements into what a warp runs. An opcode that it does not know is an error here, before anything runs. */
final class Decoder {
    private static final Pattern ACCESS = Pattern.compile("(ld|st)\\.(param|global|shared)(\\.[usfb](?:8|16|32|64))");
    private static final Pattern MOVE = Pattern.compile("mov\\.[usfb](16|32|64)");
    private static final Pattern SELECT = Pattern.compile("selp\\.[usfb](16|32|64)");

    private final String module;
    private final Map<String, Integer> labels;
    private final int length;
    private Statement statement;

    /** For an entry of {@code length} statements. */
    Decoder(String module, Map<String, Integer> labels, int length) {
        this.module = module;
        this.labels = labels;
        this.length = length;
    }

    Instruction decode(Statement next) {
        statement = next;
        try {
            return switch (next.opcode()) {
                case "ret" -> instruction(Kind.RETURN, null, 0, 0);
                case "bra", "bra.uni" -> instruction(Kind.BRANCH, null, target(), 0);
                case "bar.sync" -> barrier();
                case "shfl.sync.bfly.b32" -> shuffle();
                default -> instruction(Kind.PLAIN, step(), 0, 0);
            };
        } catch (ClassCastException | IndexOutOfBoundsException e) { // operands of another kind or number
            throw error("unknown form of an instruction");
        }
    }

    private Instruction instruction(Kind kind, Step step, int target, int members) {
        return new Instruction(
                kind,
                step,
                statement.guard(),
                statement.negated(),
                target,
                members,
                statement.line(),
                statement.text());
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
        return instruction(Kind.BARRIER, null, 0, 0);
    }

    private Instruction shuffle() {
        Operand.Pair pair = (Operand.Pair) operand(0);
        int members = source(4);
        Step step = Steps.butterfly(
                ((Operand.Register) pair.register()).slot(),
                ((Operand.Predicate) pair.predicate()).index(),
                source(1),
                source(2),
                source(3));
        return instruction(Kind.SHUFFLE, step, 0, members);
    }

    private Step step() {
        String opcode = statement.opcode();
        Operations.Operation operation = Operations.VALUES.get(opcode);
        if (operation != null) {
            int count = statement.operands().size();
            return Steps.compute(
                    opcode, operation, destination(0), source(1), count > 2 ? source(2) : 0, count > 3 ? source(3) : 0);
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
        Matcher access = ACCESS.matcher(opcode);
        if (access.matches()) {
            return access(access.group(1) + "." + access.group(2), access.group(3));
        }
        throw error("unknown instruction");
    }

    private Step logic(Operations.Logic logic) {
        if (operand(1) instanceof Operand.Constant constant) {
            return Steps.setPredicate(predicate(0), constant.value() != 0);
        }
        int second = statement.operands().size() > 2 ? predicate(2) : predicate(1);
        return Steps.combine(logic, predicate(0), predicate(1), second);
    }

    private Step move() {
        if (operand(0) instanceof Operand.Pack pack) {
            return Steps.unpack(register(pack.parts(), 0), register(pack.parts(), 1), source(1));
        }
        if (operand(1) instanceof Operand.Pack pack) {
            Operand.Register destination = destination(0);
            List<Operand> parts = pack.parts();
            return Steps.pack(destination, slot(parts.get(0)), slot(parts.get(1)), destination.bits() / parts.size());
        }
        return Steps.copy(destination(0), source(1));
    }

    private Step access(String access, String type) {
        int bytes = Entry.bits(type) / Byte.SIZE;
        return switch (access) {
            case "ld.param" -> {
                Operand.Parameter parameter = (Operand.Parameter) operand(1);
                if (parameter.bits() != Entry.bits(type)) {
                    throw error("load of another width than the parameter's");
                }
                yield Steps.copy(destination(0), parameter.slot());
            }
            case "ld.global" -> Steps.loadGlobal(destination(0), address(1), bytes, type.startsWith(".s"));
            case "st.global" -> Steps.storeGlobal(address(0), source(1), bytes);
            case "ld.shared" -> Steps.loadShared(destination(0), address(1), bytes, type.startsWith(".s"));
            case "st.shared" -> Steps.storeShared(address(0), source(1), bytes);
            default -> throw error("unknown instruction");
        };
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

    private Operand.Address address(int index) {
        return (Operand.Address) operand(index);
    }

    private int source(int index) {
        return slot(operand(index));
    }

    private static int slot(Operand operand) {
        return operand instanceof Operand.Constant constant ? constant.slot() : ((Operand.Register) operand).slot();
    }

    private EmulatorException error(String what) {
        return new EmulatorException("emulator: " + what + ": opcode=" + statement.opcode() + ", file=" + module
                + ", line=" + statement.line() + ", instruction=" + statement.text());
    }
}
