package io.millrace.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace.local", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule measuringKnowsNothingOfWhatIsMeasured = noClasses()
            .that()
            .resideInAPackage("..local.measure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..local.replay..",
                    "..local.training..",
                    "..local.platform..",
                    "..local.apply..",
                    "..local.demo..");

    @ArchTest
    static final ArchRule replayingAndScenariosKnowNoService = noClasses()
            .that()
            .resideInAnyPackage("..local.replay..", "..local.flights..", "..local.shop..", "..local.measure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.millrace.proto..", "io.grpc..");

    @ArchTest
    static final ArchRule onlyTrainingSeesTheLearningLibraries = noClasses()
            .that()
            .resideOutsideOfPackage("..local.training..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.tribuo..", "ai.onnx..", "ai.onnxruntime..");

    @ArchTest
    static final ArchRule thePlatformKnowsNoDemo = noClasses()
            .that()
            .resideInAnyPackage("..local.platform..", "..local.apply..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..local.demo..", "..local.flights..", "..local.shop..", "..local.replay..", "..local.training..");

    @ArchTest
    static final ArchRule nobodyCallsTheCommands = noClasses()
            .that()
            .resideInAPackage("io.millrace.local.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.millrace.local");
}
