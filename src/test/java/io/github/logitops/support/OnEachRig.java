package io.github.logitops.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A contract, whose constructor takes a {@link RigKind}: it runs once on each of {@link RigKind#chosen}. Each test makes a rig of its
 * own, whatever runs beside it. On a GPU one test runs at a time. The GPU kit finds contracts by their tag.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("contract")
@ParameterizedClass(name = "{0}")
@ArgumentsSource(ChosenRigs.class)
@ExtendWith(ChosenRigs.class)
@Execution(ExecutionMode.CONCURRENT)
public @interface OnEachRig {}
