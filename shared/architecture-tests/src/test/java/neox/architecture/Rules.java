package neox.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/// The rules, to be checked against our classes, and against the examples that break them.
final class Rules {
  private static final Set<String> ENDS_THE_PROCESS =
      Set.of("java.lang.System.exit", "java.lang.Runtime.exit", "java.lang.Runtime.halt");
  private static final Set<String> READS_THE_ENVIRONMENT = Set.of("java.lang.System.getenv");
  private static final Set<String> STREAMS_OF_THE_PROCESS =
      Set.of("java.lang.System.in", "java.lang.System.out", "java.lang.System.err");

  private static final Set<String> OPENS_FILES_WITHOUT_THEIR_NAME =
      Set.of(
          "java.nio.channels.FileChannel.open",
          "java.nio.file.Files.copy",
          "java.nio.file.Files.lines",
          "java.nio.file.Files.newBufferedReader",
          "java.nio.file.Files.newBufferedWriter",
          "java.nio.file.Files.newByteChannel",
          "java.nio.file.Files.newInputStream",
          "java.nio.file.Files.newOutputStream",
          "java.nio.file.Files.readAllBytes",
          "java.nio.file.Files.readAllLines",
          "java.nio.file.Files.readString",
          "java.nio.file.Files.write",
          "java.nio.file.Files.writeString",
          "java.io.FileInputStream.<init>",
          "java.io.FileOutputStream.<init>",
          "java.io.FileReader.<init>",
          "java.io.FileWriter.<init>",
          "java.io.RandomAccessFile.<init>");

  private static final Set<String> FORWARD = Set.of("neox.model.Network.forward");
  private static final String TORCH = "org.bytedeco.pytorch.global.torch";
  private static final String TENSOR_OPTIONS = "org.bytedeco.pytorch.TensorOptions";
  private static final Set<String> FACTORIES =
      Set.of(
          "arange",
          "empty",
          "eye",
          "from_blob",
          "full",
          "linspace",
          "ones",
          "rand",
          "randint",
          "randn",
          "tensor",
          "zeros");
  private static final Pattern LOSS = Pattern.compile("_loss|cross_entropy|nll_");

  static final ArchRule MODULES_USE_WHAT_THE_TABLE_ALLOWS =
      classes()
          .should(
              new Violations(
                  "use only modules that theirs may use",
                  javaClass ->
                      usesOfOurs(javaClass)
                          .filter(use ->
                              !Modules.mayUse(Modules.of(javaClass), Modules.of(target(use))))
                          .map(Dependency::getDescription)));

  static final ArchRule PACKAGES_DO_NOT_USE_EACH_OTHER_IN_CIRCLES =
      slices().matching("neox.(**)").should().beFreeOfCycles();

  static final ArchRule ONLY_WEIGHTS_KNOWS_PICKLE =
      noClasses()
          .that()
          .resideOutsideOfPackage("neox.weights..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("neox.weights.pickle..", "net.razorvine..");

  static final ArchRule OPCODES_STAY_IN_THEIR_PACKAGE =
      classes()
          .that()
          .haveSimpleNameContaining("Opcode")
          .should()
          .bePackagePrivate()
          .andShould()
          .resideInAPackage("neox.weights.pickle");

  /// Where the process, its streams and its environment are known.
  private static final List<String> PROCESS = List.of("neox.base", "neox.base.process");

  static final ArchRule ONLY_MAIN_METHODS_AND_BASE_END_THE_PROCESS =
      classes()
          .should(
              new Violations(
                  "end the process in their main method only, or through neox.base",
                  javaClass ->
                      uses(javaClass, ENDS_THE_PROCESS)
                          .filter(access -> !access.getOrigin().getName().equals("main"))
                          .filter(access -> !PROCESS.contains(javaClass.getPackageName()))
                          .map(JavaAccess::getDescription)));

  static final ArchRule ONLY_BASE_READS_THE_ENVIRONMENT =
      onlyBaseUses("read the environment", READS_THE_ENVIRONMENT);

  static final ArchRule ONLY_BASE_TOUCHES_THE_STREAMS_OF_THE_PROCESS =
      onlyBaseUses("touch the streams of the process", STREAMS_OF_THE_PROCESS);

  /// Configurations have a reader of their own, which names them.
  static final ArchRule FILES_ARE_OPENED_UNDER_THEIR_NAME =
      classes()
          .that()
          .resideOutsideOfPackages("neox.base..", "neox.config..")
          .should(
              new Violations(
                  "open files by neox.base.NamedFiles, whose failures name the file",
                  javaClass ->
                      uses(javaClass, OPENS_FILES_WITHOUT_THEIR_NAME)
                          .map(JavaAccess::getDescription)));

  static final ArchRule THE_MODEL_SEES_TENSOR_PARALLEL_ALONE =
      noClasses()
          .that()
          .resideInAPackage("neox.model..")
          .and()
          .resideOutsideOfPackage("neox.model.stage")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("neox.parallel.comm..", "neox.parallel.pipeline..");

  static final ArchRule INTERNALS_STAY_IN_THEIR_MODULE =
      classes()
          .should(
              new Violations(
                  "leave internal packages of other modules alone",
                  javaClass ->
                      usesOfOurs(javaClass)
                          .filter(use -> target(use).getPackageName().contains(".internal"))
                          .filter(use -> !Modules.of(target(use)).equals(Modules.of(javaClass)))
                          .map(Dependency::getDescription)));

  static final ArchRule NAMES_SAY_WHAT_SOMETHING_IS =
      noClasses()
          .should()
          .haveNameMatching(".*(Utils?|Helpers?|Managers?|Impl|Common|Misc)(\\$.*)?")
          .orShould()
          .resideInAnyPackage(
              "..util..", "..utils..", "..impl..", "..helper..", "..helpers..", "..common..");

  static final ArchRule NOTHING_MUTABLE_IS_STATIC = fields().that().areStatic().should().beFinal();

  /// But the cases of a sealed exception, a ...Failure, do: records cannot be thrown.
  static final ArchRule OUR_CLASSES_DO_NOT_INHERIT_FROM_EACH_OTHER =
      classes()
          .should(
              new Violations(
                  "not extend a class of ours",
                  javaClass ->
                      javaClass.getRawSuperclass().stream()
                          .filter(Modules::isOurs)
                          .filter(parent -> !parent.isEnum())
                          .filter(parent -> !parent.getSimpleName().endsWith("Failure"))
                          .map(parent -> javaClass.getName() + " extends " + parent.getName())));

  static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED =
      classes()
          .should(
              new Violations(
                  "be in a package that is @NullMarked",
                  javaClass ->
                      Stream.of(javaClass)
                          .filter(c -> !c.getPackage().isAnnotatedWith(NullMarked.class))
                          .map(c -> c.getPackageName() + " is not @NullMarked")));

  /// Who passes through a network any other way has a second code path for pipelines.
  static final ArchRule ONLY_STAGES_PASS_THROUGH_A_NETWORK =
      classes()
          .that()
          .resideOutsideOfPackage("neox.model.stage")
          .should(
              new Violations(
                  "leave the forward of a network to NetworkStage",
                  javaClass -> uses(javaClass, FORWARD).map(JavaAccess::getDescription)));

  /// A tensor that is made without a placement lies in main memory, wherever the others are.
  static final ArchRule ONLY_PLACEMENTS_DECIDE_WHERE_TENSORS_LIE =
      classes()
          .that()
          .resideOutsideOfPackage("neox.tensor")
          .should(
              new Violations(
                  "make tensors through a Placement, or like another tensor",
                  javaClass ->
                      javaClass.getCodeUnitCallsFromSelf().stream()
                          .filter(Rules::decidesWhere)
                          .map(JavaAccess::getDescription)));

  /// log p(label) is the model's; what is minimized is the objective's.
  static final ArchRule ONLY_OBJECTIVES_KNOW_A_LOSS =
      classes()
          .that()
          .resideOutsideOfPackage("neox.train.objective")
          .and()
          .doNotHaveFullyQualifiedName("neox.model.LogLikelihoods")
          .should(
              new Violations(
                  "leave losses to neox.train.objective",
                  javaClass ->
                      javaClass.getCodeUnitCallsFromSelf().stream()
                          .filter(Rules::makesALoss)
                          .map(JavaAccess::getDescription)));

  /// The rule for the packages whose row in ARCHITECTURE.md says so.
  static ArchRule doNotSeeLibtorch(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..");
  }

  private static ArchRule onlyBaseUses(String verb, Set<String> members) {
    return classes()
        .that()
        .resideOutsideOfPackages(PROCESS.toArray(String[]::new))
        .should(
            new Violations(
                "not " + verb,
                javaClass -> uses(javaClass, members).map(JavaAccess::getDescription)));
  }

  private static Stream<JavaAccess<?>> uses(JavaClass javaClass, Set<String> members) {
    return javaClass.getAccessesFromSelf().stream()
        .filter(
            access -> members.contains(access.getTargetOwner().getName() + "." + access.getName()));
  }

  private static Stream<Dependency> usesOfOurs(JavaClass javaClass) {
    return javaClass.getDirectDependenciesFromSelf().stream()
        .filter(use -> Modules.isOurs(target(use)));
  }

  private static JavaClass target(Dependency use) {
    return use.getTargetClass().getBaseComponentType();
  }

  private static boolean decidesWhere(JavaCodeUnitAccess<?> call) {
    String owner = call.getTargetOwner().getName();
    boolean options = owner.equals(TENSOR_OPTIONS) && call.getName().equals("<init>");
    boolean factory = owner.equals(TORCH) && FACTORIES.contains(call.getName());
    return options
        || (factory
            && call.getTarget().getRawParameterTypes().stream()
                .noneMatch(type -> type.getName().equals(TENSOR_OPTIONS)));
  }

  private static boolean makesALoss(JavaCodeUnitAccess<?> call) {
    boolean ofTorch =
        call.getTargetOwner().getPackageName().startsWith("org.bytedeco.pytorch")
            && LOSS.matcher(call.getName()).find();
    return ofTorch
        || (call.getTargetOwner().getName().equals("neox.train.objective.Loss")
            && call.getName().equals("<init>"));
  }

  private Rules() {}
}
