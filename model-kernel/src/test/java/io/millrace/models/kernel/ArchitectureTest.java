package io.millrace.models.kernel;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace.models.kernel", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String KERNEL = "io.millrace.models.kernel";

    @ArchTest
    static final ArchRule theKernelIsOfTheJdkAndExactSumsAlone = classes()
            .that()
            .resideInAPackage(KERNEL + "..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    KERNEL + "..",
                    "io.millrace.features.kernel.state",
                    "io.millrace.features.kernel.encoding");

    @ArchTest
    static final ArchRule noCircles =
            slices().matching(KERNEL + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule theKernelReadsNoClock = noClasses()
            .that()
            .resideInAPackage(KERNEL + "..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");
}
