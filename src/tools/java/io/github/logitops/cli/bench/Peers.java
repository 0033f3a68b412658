package io.github.logitops.cli.bench;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Those that a run measures beside us. */
final class Peers {
    /** Nobody. */
    static final Peers NONE = new Peers(List.of());

    /** What of a tensor's size they need on the heap: logits, two outputs of plain loops, and the two that are compared. */
    static final int TENSORS = 5;

    private static final List<String> KNOWN =
            List.of("pytorch", "nd4j"); // profiles of pom.xml, with a peer of that name
    private static final double COARSE = 0.02; // of the largest element: more than a unit in the last place of BF16

    private final List<Peer> peers;
    private final List<LeftOut> leftOut = new ArrayList<>();

    Peers(List<Peer> peers) {
        this.peers = List.copyOf(peers);
    }

    /** The plain loop, and those on the class path that load. */
    static Peers found() {
        List<Peer> found = new ArrayList<>(List.of(new PlainLoop()));
        List<LeftOut> broken = new ArrayList<>();
        Iterator<Peer> services = ServiceLoader.load(Peer.class).iterator();
        while (services.hasNext()) {
            try {
                found.add(services.next());
            } catch (ServiceConfigurationError e) {
                broken.add(new LeftOut("a peer", e.getMessage() + ", cause=" + e.getCause()));
            }
        }
        Peers peers = new Peers(found);
        peers.leftOut.addAll(broken);
        return peers;
    }

    boolean isEmpty() {
        return peers.isEmpty();
    }

    /** Their names and versions. */
    String versions() {
        return peers.stream().map(Peer::version).collect(Collectors.joining(", "));
    }

    /** One line of what is not on the class path, and how it gets there; empty if all are. */
    Optional<String> missing() {
        TreeSet<String> missing = new TreeSet<>(KNOWN);
        peers.forEach(peer -> missing.remove(peer.provider()));
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("bench: left out, not on the class path: " + String.join(", ", missing)
                        + "; scripts/bench-peers.sh has them there");
    }

    /** The calls of those that have the op, closed with the workload. One that fails or gives another result is left out. */
    List<Contender> contenders(BenchOp op, Workload workload) {
        Optional<Peer.Work> work = peers.isEmpty() ? Optional.empty() : Peer.Work.of(op);
        if (work.isEmpty()) {
            return List.of();
        }
        BenchShape shape = workload.shape();
        Peer.Task task = new Peer.Task(
                work.get(),
                shape.dtype(),
                (int) shape.outer(),
                shape.columns(),
                (int) shape.inner(),
                workload.logits(),
                workload.labelOfRow());
        float[] expected = PlainLoop.result(task);
        List<Contender> contenders = new ArrayList<>();
        for (Peer peer : peers) {
            try {
                peer.ready(task).map(workload::keep).ifPresent(call -> {
                    requireSame(expected, call);
                    contenders.add(op.contender(peer.provider(), shape, set -> call.run()));
                });
            } catch (RuntimeException | LinkageError e) {
                leftOut.add(new LeftOut(peer.provider() + " " + op.name() + " " + shape, e.toString()));
            }
        }
        return contenders;
    }

    /** Coarsely: this finds calls that do nothing or something else. */
    private static void requireSame(float[] expected, Peer.Call call) {
        call.run();
        float[] actual = call.result();
        if (actual.length != expected.length) {
            throw new IllegalStateException("bench: another result than that of a plain loop: elements=" + actual.length
                    + ", expected=" + expected.length);
        }
        float largest = 0;
        for (float each : expected) {
            largest = Math.max(largest, Math.abs(each));
        }
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= COARSE * largest)) {
                throw new IllegalStateException("bench: another result than that of a plain loop: element=" + i
                        + ", expected=" + expected[i] + ", actual=" + actual[i]);
            }
        }
    }

    /** What could not be measured. */
    List<LeftOut> leftOut() {
        return List.copyOf(leftOut);
    }
}
