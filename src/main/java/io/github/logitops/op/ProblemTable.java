package io.github.logitops.op;

import io.github.logitops.memory.Stream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Which method of an executor carries out which problem. Filled while the executor is made, and only read afterwards. */
public final class ProblemTable {
    private final Map<Class<? extends Problem>, BiConsumer<Problem, Stream>> methods = new HashMap<>();

    /** Has {@code method} carry out problems of this class. */
    public <P extends Problem> void on(Class<P> problem, BiConsumer<P, Stream> method) {
        methods.put(problem, (each, stream) -> method.accept(problem.cast(each), stream));
    }

    /** The same of a method that has done its work when it returns, and so needs no stream. */
    public <P extends Problem> void on(Class<P> problem, Consumer<P> method) {
        methods.put(problem, (each, stream) -> method.accept(problem.cast(each)));
    }

    /** The classes of problems that there is a method for. */
    public Set<Class<? extends Problem>> problems() {
        return Set.copyOf(methods.keySet());
    }

    /** Calls the method for this problem. */
    public void run(Problem problem, Stream stream) {
        BiConsumer<Problem, Stream> method = methods.get(problem.getClass());
        if (method == null) {
            throw new IllegalArgumentException(problem.op() + ": no method is for this problem: problem="
                    + problem.getClass().getSimpleName());
        }
        method.accept(problem, stream);
    }
}
