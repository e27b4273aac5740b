package io.millrace.inference;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** The walls between the rooms of inference-service. */
@AnalyzeClasses(packages = "io.millrace.inference", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.millrace.inference.";
    private static final String[] ADAPTERS = {
        ROOT + "rest..",
        ROOT + "grpc..",
        ROOT + "kafka..",
        ROOT + "store..",
        ROOT + "engine..",
        ROOT + "features..",
        ROOT + "contracts..",
        ROOT + "files.."
    };

    @ArchTest
    static final ArchRule domainSeesTheJdkAndTheModelKernelAlone = classes()
            .that()
            .resideInAPackage(ROOT + "domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + "domain..", "io.millrace.models.kernel..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule useCasesSeeNoAdapter = noClasses()
            .that()
            .resideInAPackage(ROOT + "app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ADAPTERS);

    @ArchTest
    static final ArchRule adaptersSeeNoOtherAdapter = slices().matching(
                    ROOT + "(rest|grpc|kafka|store|engine|features|contracts|files)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule generatedTypesStayWithTheWire = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "grpc..", ROOT + "kafka..", ROOT + "features..", ROOT + "contracts..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.millrace.proto..", "io.grpc..");

    @ArchTest
    static final ArchRule theEngineStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "ai.onnx..");

    @ArchTest
    static final ArchRule duckDbStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "files..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.duckdb..");

    @ArchTest
    static final ArchRule theBrokersClientStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule ofTheFeatureKernelItsLanguageAndItsFormatsAlone = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.millrace.features.kernel.fold..",
                    "io.millrace.features.kernel.state..",
                    "io.millrace.features.kernel.window..",
                    "io.millrace.features.kernel.table..",
                    "io.millrace.features.kernel.projection..",
                    "io.millrace.features.kernel.lateness..");

    @ArchTest
    static final ArchRule timeComesFromOutside = noClasses()
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static void everyPackageSaysWhatItIsFor(JavaClasses classes) {
        for (JavaClass type : classes) {
            assertThat(type.getPackage().tryGetAnnotationOfType(NullMarked.class))
                    .as("package-info with @NullMarked for %s", type.getPackageName())
                    .isPresent();
        }
    }
}
