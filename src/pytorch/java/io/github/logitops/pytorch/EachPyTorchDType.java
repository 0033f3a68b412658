package io.github.logitops.pytorch;

import io.github.logitops.spec.DType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test for the dtypes whose results PyTorch does not round to 16 bits on the way. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@EnumSource(
        value = DType.class,
        names = {"F32", "F64"})
@interface EachPyTorchDType {}
