package io.millrace.features.kernel;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace.features.kernel", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String KERNEL = "io.millrace.features.kernel";

    @ArchTest
    static final ArchRule theKernelKnowsNoTransportAndNoStorage = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quarkus..", "jakarta..", "org.apache.kafka..", "io.grpc..", "org.rocksdb..", "io.vertx..");

    @ArchTest
    static final ArchRule onlyConditionsSeeTheExpressionLanguage = noClasses()
            .that()
            .resideOutsideOfPackage(KERNEL + ".condition")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.cel..");

    @ArchTest
    static final ArchRule onlyFormatsSeeTheirLibraries = noClasses()
            .that()
            .resideOutsideOfPackages(KERNEL + ".format", KERNEL + ".condition")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "org.apache.avro..", "com.squareup..", "okio..", "kotlin..");

    @ArchTest
    static final ArchRule onlyProjectionAndTheRegistrysClientSeeJson = noClasses()
            .that()
            .resideOutsideOfPackages(KERNEL + ".projection", KERNEL + ".registry")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml..");

    @ArchTest
    static final ArchRule statesAndWindowsAreOfTheKernelAndTheJdkAlone = classes()
            .that()
            .resideInAnyPackage(KERNEL + ".state", KERNEL + ".window", KERNEL + ".encoding", KERNEL + ".fold")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", KERNEL + "..");

    @ArchTest
    static final ArchRule noCircles =
            slices().matching(KERNEL + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theRecordsKnowNoMachinery = noClasses()
            .that()
            .resideInAPackage(KERNEL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KERNEL + ".*");
}
