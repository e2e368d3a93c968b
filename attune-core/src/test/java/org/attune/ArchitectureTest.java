package org.attune;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may import whom, downwards only: recipe -> task -> train, models, checkpoint, data, metric,
 * objective, optim -> nn, text -> tensor. The table is the rule; each row is a line of a package's
 * package-info.
 */
class ArchitectureTest {
  /** A package and the packages of Attune it may see. {@code recipe} is absent: it may see all. */
  private static final Map<String, List<String>> MAY_SEE =
      Map.ofEntries(
          Map.entry("tensor", List.of()),
          Map.entry("text", List.of()),
          Map.entry("metric", List.of()),
          Map.entry("nn", List.of("tensor")),
          Map.entry("objective", List.of("nn", "tensor")),
          Map.entry("optim", List.of("nn", "tensor")),
          Map.entry("checkpoint", List.of("tensor", "text")),
          Map.entry("data", List.of("text")),
          Map.entry("models", List.of("checkpoint", "nn", "tensor")),
          Map.entry("generate", List.of("checkpoint", "models", "nn", "tensor", "text")),
          Map.entry("train", List.of("checkpoint", "data", "metric", "nn", "optim", "tensor")),
          Map.entry(
              "task",
              List.of(
                  "checkpoint",
                  "data",
                  "generate",
                  "metric",
                  "models",
                  "nn",
                  "objective",
                  "optim",
                  "tensor",
                  "text",
                  "train")));

  private static JavaClasses classes;

  @BeforeAll
  static void readMainClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/testkit/"))
            .importPackages("org.attune");
  }

  private static List<String> constrainedPackages() {
    return MAY_SEE.keySet().stream().sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("constrainedPackages")
  void packagesSeeOnlyWhatIsBelowThem(String name) {
    String self = "org.attune." + name + "..";
    String[] seen =
        MAY_SEE.get(name).stream()
            .map(below -> "org.attune." + below + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(self)
        .should()
        .dependOnClassesThat(
            describe(
                "are in a package of Attune other than " + name + " and " + MAY_SEE.get(name),
                target ->
                    target.getPackageName().startsWith("org.attune.")
                        && !resideInAnyPackage(self).test(target)
                        && !resideInAnyPackage(seen).test(target)))
        .check(classes);
  }

  @Test
  void errorsAndNamesAtTheRootSeeNoPackage() {
    noClasses()
        .that()
        .resideInAPackage("org.attune")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.attune.*..")
        .check(classes);
  }

  @Test
  void onlyTensorSeesTheEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.attune.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(classes);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("org.attune.(*)..").should().beFreeOfCycles().check(classes);
  }

  /** A package-info without annotations leaves no class file, so the sources are asked. */
  @Test
  void everyPackageSaysWhatItIs() {
    TreeSet<String> silent =
        classes.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !hasPackageInfo(name))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(silent).as("packages without package-info.java").isEmpty();
  }

  /** A new package takes its place in the order before anything imports it. */
  @Test
  void everyPackageHasItsPlaceInTheTable() {
    TreeSet<String> packages =
        classes.stream()
            .map(type -> type.getPackageName().split("\\."))
            .filter(parts -> parts.length > 2)
            .map(parts -> parts[2])
            .collect(Collectors.toCollection(TreeSet::new));
    packages.removeAll(MAY_SEE.keySet());
    assertThat(packages).as("packages that MAY_SEE should constrain").isSubsetOf("recipe");
  }

  private static boolean hasPackageInfo(String name) {
    return Files.exists(Path.of("src/main/java", name.replace('.', '/'), "package-info.java"));
  }
}
