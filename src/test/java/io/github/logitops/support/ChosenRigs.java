package io.github.logitops.support;

import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.params.ParameterInfo;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** What {@link OnEachRig} does: which rigs there are, what a GPU asks for, and what a failure tells. */
final class ChosenRigs
        implements ArgumentsProvider,
                BeforeClassTemplateInvocationCallback,
                BeforeEachCallback,
                TestExecutionExceptionHandler,
                AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(ChosenRigs.class);
    private static final ReentrantLock ON_GPU = new ReentrantLock();

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        return RigKind.chosen().stream().map(Arguments::of);
    }

    @Override
    public void beforeClassTemplateInvocation(ExtensionContext context) {
        RigKind kind = (RigKind) ParameterInfo.get(context).getArguments().get(0);
        context.getStore(NAMESPACE).put(RigKind.class, kind);
        if (kind == RigKind.GPU) {
            GpuRig.requireGpu();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (kind(context) == RigKind.GPU) {
            ON_GPU.lock();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (ON_GPU.isHeldByCurrentThread()) {
            ON_GPU.unlock();
        }
    }

    /** Names of tests in Maven's reports have a number where others say which rig it was. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        AssertionError rig = new AssertionError("rig=" + kind(context));
        rig.setStackTrace(new StackTraceElement[0]);
        failure.addSuppressed(rig);
        throw failure;
    }

    private static RigKind kind(ExtensionContext context) {
        return context.getStore(NAMESPACE).get(RigKind.class, RigKind.class);
    }
}
