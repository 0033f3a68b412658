package io.github.logitops.support;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.logitops.op.Problem;
import java.util.Set;
import java.util.stream.Collectors;

/** The classes of problems that there are, found where classes lie. */
public final class Problems {
    private Problems() {}

    /** All of the library's that executors carry out: not those that are put together of others. */
    public static Set<Class<?>> all() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackagesOf(Problem.class).stream()
                        .filter(each -> each.isAssignableTo(Problem.class) && !each.isInterface())
                        .filter(each -> each.tryGetMethod("steps").isEmpty())
                        .map(JavaClass::reflect)
                        .collect(Collectors.toSet());
    }
}
