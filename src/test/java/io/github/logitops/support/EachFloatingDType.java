package io.github.logitops.support;

import io.github.logitops.spec.DType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test of one {@link DType} parameter that runs for each dtype that logits may have. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@EnumSource(
        value = DType.class,
        names = {"F64", "F32", "F16", "BF16"})
public @interface EachFloatingDType {}
