package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void seesTheClassesOfEveryModule() {
    assertThat(Modules.CLASSES.stream().map(Modules::of).collect(Collectors.toSet()))
        .isEqualTo(Modules.names());
  }

  @Test
  void onlyTheModulesWithLibtorchSeeIt() {
    String[] without =
        ArchitecturePage.read().modules().stream()
            .filter(module -> !module.libtorch())
            .map(module -> module.packageName() + "..")
            .toArray(String[]::new);
    assertThat(without).contains("neox.base..", "neox.upload..");
    Rules.doNotSeeLibtorch(without).check(Modules.CLASSES);
  }

  @Test
  void modulesUseWhatTheTableAllows() {
    Rules.MODULES_USE_WHAT_THE_TABLE_ALLOWS.check(Modules.CLASSES);
  }

  @Test
  void packagesDoNotUseEachOtherInCircles() {
    Rules.PACKAGES_DO_NOT_USE_EACH_OTHER_IN_CIRCLES.check(Modules.CLASSES);
  }

  @Test
  void onlyWeightsKnowsPickle() {
    Rules.ONLY_WEIGHTS_KNOWS_PICKLE.check(Modules.CLASSES);
  }

  @Test
  void opcodesStayInTheirPackage() {
    Rules.OPCODES_STAY_IN_THEIR_PACKAGE.check(Modules.CLASSES);
  }

  @Test
  void onlyMainMethodsAndBaseEndTheProcess() {
    Rules.ONLY_MAIN_METHODS_AND_BASE_END_THE_PROCESS.check(Modules.CLASSES);
  }

  @Test
  void onlyBaseReadsTheEnvironment() {
    Rules.ONLY_BASE_READS_THE_ENVIRONMENT.check(Modules.CLASSES);
  }

  @Test
  void onlyBaseTouchesTheStreamsOfTheProcess() {
    Rules.ONLY_BASE_TOUCHES_THE_STREAMS_OF_THE_PROCESS.check(Modules.CLASSES);
  }

  @Test
  void filesAreOpenedUnderTheirName() {
    Rules.FILES_ARE_OPENED_UNDER_THEIR_NAME.check(Modules.CLASSES);
  }

  @Test
  void theModelSeesTensorParallelAlone() {
    Rules.THE_MODEL_SEES_TENSOR_PARALLEL_ALONE.check(Modules.CLASSES);
  }

  @Test
  void onlyStagesPassThroughANetwork() {
    Rules.ONLY_STAGES_PASS_THROUGH_A_NETWORK.check(Modules.CLASSES);
  }

  @Test
  void onlyPlacementsDecideWhereTensorsLie() {
    Rules.ONLY_PLACEMENTS_DECIDE_WHERE_TENSORS_LIE.check(Modules.CLASSES);
  }

  @Test
  void onlyObjectivesKnowALoss() {
    Rules.ONLY_OBJECTIVES_KNOW_A_LOSS.check(Modules.CLASSES);
  }

  @Test
  void internalsStayInTheirModule() {
    Rules.INTERNALS_STAY_IN_THEIR_MODULE.check(Modules.CLASSES);
  }

  @Test
  void namesSayWhatSomethingIs() {
    Rules.NAMES_SAY_WHAT_SOMETHING_IS.check(Modules.CLASSES);
  }

  @Test
  void nothingMutableIsStatic() {
    Rules.NOTHING_MUTABLE_IS_STATIC.check(Modules.CLASSES);
  }

  @Test
  void ourClassesDoNotInheritFromEachOther() {
    Rules.OUR_CLASSES_DO_NOT_INHERIT_FROM_EACH_OTHER.check(Modules.CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    Rules.EVERY_PACKAGE_IS_NULL_MARKED.check(Modules.CLASSES);
  }
}
