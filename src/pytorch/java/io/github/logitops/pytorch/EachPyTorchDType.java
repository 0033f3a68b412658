package io.github.logitops.pytorch;

import io.github.logitops.spec.DType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test for each dtype that PyTorch computes in as LogitOps does; its 16-bit results are rounded on the way, ours at the end. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@EnumSource(
        value = DType.class,
        names = {"F32", "F64"})
@interface EachPyTorchDType {}
