package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Step;
import io.github.logitops.emulator.MemorySteps.Access;
import io.github.logitops.emulator.MemorySteps.StateSpace;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Decodes what concerns memory. What an access asks of caches changes no value and is not looked at. */
final class MemoryDecoder {
    private static final String TYPE = "(\\.[usfb](?:8|16|32|64))";
    private static final Pattern LOAD_PARAMETER = Pattern.compile("ld\\.param(\\.v[24])?" + TYPE);
    private static final Pattern ACCESS =
            Pattern.compile("(ld|st)(?:\\.volatile)?\\.(global|local|shared(?:::cta|::cluster)?)"
                    + "(?:\\.nc|\\.c[agsv]|\\.lu|\\.w[bt]|\\.L[12]::\\w+)*(\\.v[24])?" + TYPE);
    private static final Pattern ATOMIC =
            Pattern.compile("(atom|red)(?:\\.relaxed)?(?:\\.gpu|\\.cta)?\\.(global|shared)(\\.\\w+" + TYPE + ")");
    private static final Pattern FENCE =
            Pattern.compile("membar\\.(?:gl|sys)|fence\\.(?:acq_rel|sc)\\.(?:gpu|sys)|membar\\.cta|fence\\.\\w+\\.cta");
    private static final Pattern COPY = Pattern.compile("cp\\.async\\.c[ag]\\.shared\\.global(?:\\.L2::\\w+)?");

    private final Statement statement;
    private final Parameters parameters;

    MemoryDecoder(Statement statement, Parameters parameters) {
        this.statement = statement;
        this.parameters = parameters;
    }

    /** What the statement does, or null if it has nothing to do with memory. */
    Step step() {
        String opcode = statement.opcode();
        Matcher parameter = LOAD_PARAMETER.matcher(opcode);
        if (parameter.matches()) {
            return parameter(parameter);
        }
        Matcher access = ACCESS.matcher(opcode);
        if (access.matches()) {
            return access(access);
        }
        Matcher atomic = ATOMIC.matcher(opcode);
        if (atomic.matches()) {
            return atomic(atomic);
        }
        if (FENCE.matcher(opcode).matches()) {
            return opcode.endsWith("cta") ? (warp, lanes) -> {} : MemorySteps.fence();
        }
        if (COPY.matcher(opcode).matches() && copiesAll()) {
            return MemorySteps.asyncCopy(address(0), address(1), (int) constant(2));
        }
        return switch (opcode) {
            case "cp.async.commit_group" -> MemorySteps.commitCopies();
            case "cp.async.wait_group" -> MemorySteps.waitForCopies((int) constant(0));
            default -> null;
        };
    }

    /** Whether cp.async reads as many bytes as it writes. */
    private boolean copiesAll() {
        int operands = statement.operands().size();
        return operands == 3 || operands == 4 && constant(2) == constant(3);
    }

    private long constant(int index) {
        return ((Operand.Constant) operand(index)).value();
    }

    private Step parameter(Matcher load) {
        Operand.Parameter source = (Operand.Parameter) operand(1);
        List<Operand> parts = parts(0, load.group(1));
        String type = load.group(2);
        int bytes = Entry.bits(type) / Byte.SIZE;
        if (parts.size() * bytes > source.bytes()) {
            return null;
        }
        return IntStream.range(0, parts.size())
                .mapToObj(i ->
                        Steps.copy((Operand.Register) parts.get(i), parameters.load(source.offset() + i * bytes, type)))
                .reduce(Steps::inOrder)
                .orElse(null);
    }

    /** The values of an access: as many as its vector, as in .v2, has, or one without; none if they are not as many. */
    private List<Operand> parts(int index, String vector) {
        Operand values = operand(index);
        List<Operand> parts = values instanceof Operand.Pack pack ? pack.parts() : List.of(values);
        int count = vector == null ? 1 : Integer.parseInt(vector.substring(2));
        return parts.size() == count ? parts : List.of();
    }

    private Step access(Matcher access) {
        boolean load = access.group(1).equals("ld");
        List<Operand> parts = parts(load ? 0 : 1, access.group(3));
        if (parts.isEmpty()) {
            return null;
        }
        String type = access.group(4);
        Access what =
                new Access(space(access.group(2)), address(load ? 1 : 0), parts.size(), Entry.bits(type) / Byte.SIZE);
        if (load) {
            return MemorySteps.load(
                    what, parts.stream().map(Operand.Register.class::cast).toList(), type.startsWith(".s"));
        }
        return MemorySteps.store(what, parts.stream().mapToInt(Decoder::slot).toArray());
    }

    private Step atomic(Matcher atomic) {
        Operations.Operation operation = Operations.ATOMIC.get(atomic.group(3));
        if (operation == null) {
            return null;
        }
        boolean returns = atomic.group(1).equals("atom");
        int first = returns ? 1 : 0; // the address
        Operand.Register destination =
                returns && operand(0) instanceof Operand.Register register ? register : null; // or a sink
        Access access = new Access(space(atomic.group(2)), address(first), 1, Entry.bits(atomic.group(4)) / Byte.SIZE);
        int x = Decoder.slot(operand(first + 1));
        boolean three = statement.operands().size() > first + 2;
        return MemorySteps.atomic(access, operation, destination, x, three ? Decoder.slot(operand(first + 2)) : x);
    }

    private static StateSpace space(String name) {
        return switch (name) {
            case "shared::cta" -> StateSpace.SHARED;
            case "shared::cluster" -> StateSpace.CLUSTER;
            default -> StateSpace.valueOf(name.toUpperCase(Locale.ROOT));
        };
    }

    private Operand operand(int index) {
        return statement.operands().get(index);
    }

    private Operand.Address address(int index) {
        return (Operand.Address) operand(index);
    }
}
