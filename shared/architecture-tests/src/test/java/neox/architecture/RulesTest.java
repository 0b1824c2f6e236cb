package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each rule finds the class that breaks it.
class RulesTest {
  private static final JavaClasses EXAMPLES =
      new ClassFileImporter().importPackages("neox.hub.examples", "neox.model.examples");

  static Stream<Arguments> examples() {
    return Stream.of(
        Arguments.of(Rules.MODULES_USE_WHAT_THE_TABLE_ALLOWS, "neox.config.model.Norm"),
        Arguments.of(Rules.PACKAGES_DO_NOT_USE_EACH_OTHER_IN_CIRCLES, "Cycle detected"),
        Arguments.of(Rules.ONLY_WEIGHTS_KNOWS_PICKLE, "neox.weights.pickle"),
        Arguments.of(Rules.OPCODES_STAY_IN_THEIR_PACKAGE, "neox.hub.examples.Opcodes"),
        Arguments.of(Rules.ONLY_MAIN_METHODS_AND_BASE_END_THE_PROCESS, "BreaksTheRules.stop()"),
        Arguments.of(Rules.ONLY_BASE_READS_THE_ENVIRONMENT, "System.getenv"),
        Arguments.of(Rules.ONLY_BASE_TOUCHES_THE_STREAMS_OF_THE_PROCESS, "System.out"),
        Arguments.of(Rules.FILES_ARE_OPENED_UNDER_THEIR_NAME, "Files.readString("),
        Arguments.of(Rules.FILES_ARE_OPENED_UNDER_THEIR_NAME, "FileChannel.open("),
        Arguments.of(Rules.THE_MODEL_SEES_TENSOR_PARALLEL_ALONE, "neox.parallel.pipeline.Step"),
        Arguments.of(Rules.ONLY_STAGES_PASS_THROUGH_A_NETWORK, "Network.forward("),
        Arguments.of(Rules.ONLY_PLACEMENTS_DECIDE_WHERE_TENSORS_LIE, "torch.zeros("),
        Arguments.of(Rules.ONLY_PLACEMENTS_DECIDE_WHERE_TENSORS_LIE, "TensorOptions.<init>("),
        Arguments.of(Rules.ONLY_OBJECTIVES_KNOW_A_LOSS, "torch.mse_loss("),
        Arguments.of(Rules.INTERNALS_STAY_IN_THEIR_MODULE, "neox.hub.examples.internal.Inner"),
        Arguments.of(Rules.NAMES_SAY_WHAT_SOMETHING_IS, "neox.hub.examples.Utils"),
        Arguments.of(Rules.NOTHING_MUTABLE_IS_STATIC, "BreaksTheRules.count"),
        Arguments.of(
            Rules.OUR_CLASSES_DO_NOT_INHERIT_FROM_EACH_OTHER,
            "neox.hub.examples.Utils extends neox.hub.examples.BreaksTheRules"),
        Arguments.of(Rules.EVERY_PACKAGE_IS_NULL_MARKED, "neox.hub.examples is not @NullMarked"),
        Arguments.of(Rules.doNotSeeLibtorch("neox.hub.."), "org.bytedeco.javacpp.Pointer"));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void finds(ArchRule rule, String culprit) {
    assertThat(rule.evaluate(EXAMPLES).getFailureReport().toString()).contains(culprit);
  }
}
