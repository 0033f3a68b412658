package io.github.logitops.emulator;

import io.github.logitops.emulator.Instruction.Kind;
import io.github.logitops.emulator.Instruction.Step;
import io.github.logitops.emulator.MemorySteps.Access;
import io.github.logitops.emulator.MemorySteps.StateSpace;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Decodes what concerns clusters and mbarriers. */
final class ClusterDecoder {
    private static final int MOST_PUSHED = 16; // bytes
    private static final String OWN = "\\.shared(?:::cta)?\\.b64";
    private static final Pattern OF_CLUSTERS =
            Pattern.compile("(?:barrier\\.cluster|mbarrier|mapa|st\\.async|fence\\.mba).*");
    private static final Pattern ARRIVE =
            Pattern.compile("barrier\\.cluster\\.arrive(?:\\.release|(\\.relaxed))?(\\.aligned)?");
    private static final Pattern WAIT = Pattern.compile("barrier\\.cluster\\.wait(?:\\.acquire)?(?:\\.aligned)?");
    private static final Pattern INIT = Pattern.compile("mbarrier\\.init" + OWN);
    private static final Pattern ARRIVE_AT =
            Pattern.compile("mbarrier\\.arrive(\\.expect_tx)?(?:\\.release)?(?:\\.cta|\\.cluster)?" + OWN);
    private static final Pattern EXPECT = Pattern.compile("mbarrier\\.expect_tx\\.relaxed\\.(?:cta|cluster)" + OWN);
    private static final Pattern POLL =
            Pattern.compile("mbarrier\\.(?:try|test)_wait\\.parity(?:\\.acquire)?(?:\\.cta|\\.cluster)?" + OWN);
    private static final Pattern MAP = Pattern.compile("mapa\\.shared::cluster\\.u(?:32|64)");
    private static final Pattern PUSH = Pattern.compile("st\\.async(?:\\.weak)?\\.shared::cluster"
            + "\\.mbarrier::complete_tx::bytes(?:\\.v([24]))?(\\.[busf](?:32|64))");

    /** What a statement does, and to the flow of control. */
    record Decoded(Kind kind, Step step) {}

    private final Statement statement;

    ClusterDecoder(Statement statement) {
        this.statement = statement;
    }

    /** What the statement does, or null if it has nothing to do with clusters, or is unknown. */
    Decoded decode() {
        String opcode = statement.opcode();
        if (!OF_CLUSTERS.matcher(opcode).matches()) {
            return null;
        }
        Matcher arrive = ARRIVE.matcher(opcode);
        if (arrive.matches()) {
            return new Decoded(
                    arrive.group(2) == null ? Kind.PLAIN : Kind.COLLECTIVE,
                    ClusterSteps.arrive(arrive.group(1) == null));
        }
        if (WAIT.matcher(opcode).matches()) {
            return new Decoded(Kind.CLUSTER_BARRIER, ClusterSteps.requireArrival());
        }
        if (POLL.matcher(opcode).matches()) {
            int predicate = ((Operand.Predicate) operand(0)).index();
            return new Decoded(Kind.POLL, MbarrierSteps.poll(predicate, address(1), slot(2)));
        }
        Step plain = plain(opcode);
        return plain == null ? null : new Decoded(Kind.PLAIN, plain);
    }

    private Step plain(String opcode) {
        if (opcode.equals("fence.mbarrier_init.release.cluster")) {
            return MbarrierSteps.publish();
        }
        if (INIT.matcher(opcode).matches()) {
            return MbarrierSteps.init(address(0), slot(1));
        }
        if (EXPECT.matcher(opcode).matches()) {
            return MbarrierSteps.expect(address(0), slot(1));
        }
        Matcher arriveAt = ARRIVE_AT.matcher(opcode);
        if (arriveAt.matches() && operand(0) instanceof Operand.Sink) {
            return arriveAt(arriveAt.group(1) != null);
        }
        if (MAP.matcher(opcode).matches()) {
            return ClusterSteps.map((Operand.Register) operand(0), slot(1), slot(2));
        }
        Matcher push = PUSH.matcher(opcode);
        return push.matches() ? push(push) : null;
    }

    /** One arrival, with bytes to expect or without. */
    private Step arriveAt(boolean expects) {
        if (statement.operands().size() != (expects ? 3 : 2)) {
            return null;
        }
        return expects ? MbarrierSteps.arrive(address(1), slot(2)) : MbarrierSteps.arrive(address(1));
    }

    private Step push(Matcher push) {
        List<Operand> parts = operand(1) instanceof Operand.Pack pack ? pack.parts() : List.of(operand(1));
        int count = push.group(1) == null ? 1 : Integer.parseInt(push.group(1));
        int bytes = Entry.bits(push.group(2)) / Byte.SIZE;
        if (parts.size() != count || count * bytes > MOST_PUSHED) {
            return null;
        }
        Access to = new Access(StateSpace.CLUSTER, address(0), count, bytes);
        return ClusterSteps.push(
                to, address(2), parts.stream().mapToInt(Decoder::slot).toArray());
    }

    private Operand operand(int index) {
        return statement.operands().get(index);
    }

    private Operand.Address address(int index) {
        return (Operand.Address) operand(index);
    }

    private int slot(int index) {
        return Decoder.slot(operand(index));
    }
}
