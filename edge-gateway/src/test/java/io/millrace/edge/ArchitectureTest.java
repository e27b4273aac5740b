package io.millrace.edge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace.edge", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule domainSeesTheJdkAlone = classes()
            .that()
            .resideInAPackage("io.millrace.edge.domain")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.millrace.edge.domain", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule useCasesSeeNoAdapter = noClasses()
            .that()
            .resideInAPackage("io.millrace.edge.app")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.edge.rest",
                    "io.millrace.edge.grpc",
                    "io.millrace.edge.kafka",
                    "io.millrace.edge.store",
                    "io.millrace.edge.http",
                    "io.millrace.edge.health",
                    "io.millrace.edge.config");

    @ArchTest
    static final ArchRule adaptersDoNotSeeEachOther = slices().matching(
                    "io.millrace.edge.(rest|grpc|kafka|store|http|health)")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule generatedMessagesStayInTheirAdapters = noClasses()
            .that()
            .resideOutsideOfPackages("io.millrace.edge.grpc", "io.millrace.edge.kafka")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.millrace.proto..");

    @ArchTest
    static final ArchRule kafkaStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.edge.kafka")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching("io.millrace.edge.(*)..").should().beFreeOfCycles();
}
