package io.tracingstack.operator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.injection.Footprint;

@AnalyzeClasses(packages = ArchitectureTest.BASE, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  static final String BASE = "io.tracingstack.operator";

  private static final String[] DOMAIN = {
    BASE + ".api..",
    BASE + ".stack..",
    BASE + ".backend..",
    BASE + ".collector..",
    BASE + ".injection..",
    BASE + ".llamastack..",
    BASE + ".vllm..",
    BASE + ".status..",
    BASE + ".verification..",
    BASE + ".rollout..",
    BASE + ".rehearsal..",
    BASE + ".journey.."
  };

  /** Who may use whom; everything not listed is forbidden. */
  @ArchTest
  static final ArchRule packagesDependInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage(BASE + "..")
          .layer("api")
          .definedBy(BASE + ".api..")
          .layer("stack")
          .definedBy(BASE + ".stack..")
          .layer("backend")
          .definedBy(BASE + ".backend..")
          .layer("collector")
          .definedBy(BASE + ".collector..")
          .layer("injection")
          .definedBy(BASE + ".injection..")
          .layer("llamastack")
          .definedBy(BASE + ".llamastack..")
          .layer("vllm")
          .definedBy(BASE + ".vllm..")
          .layer("status")
          .definedBy(BASE + ".status..")
          .layer("verification")
          .definedBy(BASE + ".verification..")
          .layer("rollout")
          .definedBy(BASE + ".rollout..")
          .layer("rehearsal")
          .definedBy(BASE + ".rehearsal..")
          .layer("journey")
          .definedBy(BASE + ".journey..")
          .layer("kube")
          .definedBy(BASE + ".kube..")
          .layer("controller")
          .definedBy(BASE + ".controller..")
          .whereLayer("api")
          .mayNotAccessAnyLayer()
          .whereLayer("stack")
          .mayOnlyAccessLayers("api")
          .whereLayer("backend")
          .mayOnlyAccessLayers("api", "stack")
          .whereLayer("collector")
          .mayOnlyAccessLayers("api", "stack")
          .whereLayer("injection")
          .mayOnlyAccessLayers("api", "stack")
          .whereLayer("llamastack")
          .mayOnlyAccessLayers("api", "stack", "injection")
          .whereLayer("vllm")
          .mayOnlyAccessLayers("api", "stack", "injection", "llamastack")
          .whereLayer("status")
          .mayOnlyAccessLayers("api")
          .whereLayer("verification")
          .mayOnlyAccessLayers("api", "stack", "status", "injection")
          .whereLayer("rollout")
          .mayOnlyAccessLayers("api", "stack", "injection", "status", "verification")
          .whereLayer("rehearsal")
          .mayOnlyAccessLayers("api", "stack", "injection", "status", "verification", "rollout")
          .whereLayer("journey")
          .mayOnlyAccessLayers(
              "api", "stack", "injection", "llamastack", "status", "verification", "rollout")
          .whereLayer("controller")
          .mayNotBeAccessedByAnyLayer()
          .ensureAllClassesAreContainedInArchitectureIgnoring(BASE);

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching(BASE + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule domainPackagesAreFreeOfTheClient =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN)
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.fabric8.kubernetes.client..")
                  .and(
                      not(
                          equivalentTo(CustomResource.class)
                              .or(equivalentTo(Serialization.class)))));

  @ArchTest
  static final ArchRule onlyTheApiExtendsCustomResource =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN)
          .and()
          .resideOutsideOfPackage(BASE + ".api..")
          .should()
          .dependOnClassesThat(equivalentTo(CustomResource.class));

  @ArchTest
  static final ArchRule domainPackagesAreFreeOfFrameworks =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.javaoperatorsdk..",
                  "io.quarkus..",
                  "io.quarkiverse..",
                  "io.smallrye..",
                  "io.micrometer..",
                  "jakarta..",
                  "java.net.http.."));

  /** What a decision rests on is handed to it; time is among it. */
  @ArchTest
  static final ArchRule domainPackagesReadNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN)
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "getenv", String.class);

  @ArchTest
  static final ArchRule verificationKnowsOfInjectionOnlyItsFootprint =
      noClasses()
          .that()
          .resideInAPackage(BASE + ".verification..")
          .should()
          .dependOnClassesThat(
              resideInAPackage(BASE + ".injection..").and(not(equivalentTo(Footprint.class))));

  @ArchTest
  static final ArchRule noStaticStateCanChange =
      fields().that().areStatic().should().haveModifier(JavaModifier.FINAL);

  @ArchTest
  static final ArchRule noCatchAllClasses =
      classes()
          .should()
          .haveSimpleNameNotEndingWith("Utils")
          .andShould()
          .haveSimpleNameNotEndingWith("Helper");
}
