package neox.config;

import static neox.config.TestConfig.load;
import static neox.config.TestConfig.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import neox.config.step.StepSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `curriculum_learning`, by the rules of DeepSpeed's scheduler.
class CurriculumConfigTest {
  private static final String ROOT =
      "schedule_type: %s, schedule_config: {total_curriculum_step: 10, difficulty_step: 8%s}";

  @Test
  void growsEvenly() {
    StepSchedule steps = load(curriculum(ROOT.formatted("fixed_linear", ""))).steps();
    // floor(k / 10 · 56 + 8), down to a multiple of 8
    assertThat(lengths(steps, 12)).containsExactly(8, 16, 24, 24, 32, 40, 40, 48, 56, 64, 64, 64);
    assertThat(steps.at(3).tokens()).isEqualTo(4 * 24);
  }

  @Test
  void growsByARootOfTheStep() {
    StepSchedule steps = load(curriculum(ROOT.formatted("fixed_root", ", root_degree: 2"))).steps();
    // floor(√(k / 10) · 56 + 8), down to a multiple of 8
    assertThat(lengths(steps, 11)).containsExactly(24, 32, 32, 40, 40, 48, 48, 56, 56, 64, 64);
  }

  @Test
  void growsAsATableSays() {
    StepSchedule steps = load(curriculum(DISCRETE.formatted("[8, 32, 64]", "[2, 3]"))).steps();
    assertThat(lengths(steps, 5)).containsExactly(8, 8, 32, 64, 64);
  }

  /// 60 is no multiple of 8: it is first rounded down, and reached later.
  @Test
  void endsWithTheGreatestDifficultyEvenWhereItIsNoMultiple() {
    String lines = curriculum(ROOT.formatted("fixed_linear", "")).replace("y: 64", "y: 60");
    assertThat(lengths(load(lines).steps(), 12))
        .containsExactly(8, 16, 16, 24, 32, 32, 40, 48, 48, 56, 60, 60);
  }

  @Test
  void aCurriculumThatIsNotEnabledSaysNothing() {
    assertThat(lengths(load(LONG + "curriculum_learning: {enabled: false}\n").steps(), 2))
        .containsExactly(64, 64);
    assertThat(lengths(load(LONG + "curriculum_learning: {min_difficulty: 8}\n").steps(), 2))
        .containsExactly(64, 64);
    assertThat(lengths(load(LONG + "curriculum_learning: null\n").steps(), 1)).containsExactly(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "min_difficulty: 70|curriculum_learning.max_difficulty: must not be less than min_difficulty (70), found 64",
        "max_difficulty: 65|curriculum_learning.max_difficulty: must not exceed seq_length (64), found 65",
        "min_difficulty: 5|curriculum_learning.schedule_config.difficulty_step: the first step would train on no token: min_difficulty (5) is rounded down to a multiple of 16; make it larger, or difficulty_step smaller",
        "min_difficulty: null|curriculum_learning.min_difficulty: required but missing: with curriculum_learning",
        "schedule_type: null|curriculum_learning.schedule_type: required but missing: with curriculum_learning",
        "schedule_type: fixed_root|curriculum_learning.schedule_config.root_degree: required but missing: with curriculum_learning",
        "schedule_type: custom|curriculum_learning.schedule_type: expected one of fixed_linear, fixed_root, fixed_discrete, found text 'custom'",
        "curriculum_type: voc|curriculum_learning.curriculum_type: expected one of seqlen, found text 'voc'",
        "schedule_config: {difficulty_step: 8}|curriculum_learning.schedule_config.total_curriculum_step: required but missing: with curriculum_learning",
        "schedule_config: {total_curriculum_step: 2000000000000, difficulty_step: 8}|curriculum_learning.schedule_config.total_curriculum_step: expected at most 1,000,000,000,000 steps, found 2000000000000",
      })
  void saysWhatIsWrong(String change, String problem) {
    String key = change.substring(0, change.indexOf(':'));
    String all =
        "enabled: true; curriculum_type: seqlen; min_difficulty: 16; max_difficulty: 64;"
            + " schedule_type: fixed_linear; schedule_config: {total_curriculum_step: 9,"
            + " difficulty_step: 16}";
    StringBuilder lines = new StringBuilder("curriculum_learning:\n");
    for (String entry : all.split("; ", -1)) {
      lines.append("  ").append(entry.startsWith(key + ":") ? change : entry).append('\n');
    }
    assertThat(problems(lines + LONG)).matches("c\\.yml:\\d+: \\Q" + problem + "\\E");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[8, 64]|[]|expected one length more than steps in max_step, and one of these at least; found 2 and 0",
        "[8, 32]|[1, 2]|expected one length more than steps in max_step, and one of these at least; found 2 and 2",
        "[8, 64, 32]|[1, 2]|expected ascending lengths between min_difficulty (8) and max_difficulty (64), found [8, 64, 32]",
        "[4, 32, 64]|[1, 2]|expected ascending lengths between min_difficulty (8) and max_difficulty (64), found [4, 32, 64]",
        "[8, 32, 80]|[1, 2]|expected ascending lengths between min_difficulty (8) and max_difficulty (64), found [8, 32, 80]",
      })
  void saysWhatIsWrongWithATable(String lengths, String steps, String problem) {
    assertThat(problems(curriculum(DISCRETE.formatted(lengths, steps))))
        .matches(
            "c\\.yml:3: \\Qcurriculum_learning.schedule_config.difficulty: " + problem + "\\E");
  }

  @Test
  void saysThatStepsOfATableDoNotAscend() {
    assertThat(problems(curriculum(DISCRETE.formatted("[8, 32, 64]", "[2, 2]"))))
        .isEqualTo(
            "c.yml:3: curriculum_learning.schedule_config.max_step: expected ascending steps,"
                + " found [2, 2]");
  }

  private static final String DISCRETE =
      "schedule_type: fixed_discrete, schedule_config: {difficulty: %s, max_step: %s}";
  private static final String LONG = "seq_length: 64\nmax_position_embeddings: 64\n";

  private static String curriculum(String schedule) {
    return LONG
        + "curriculum_learning: {enabled: true, curriculum_type: seqlen, min_difficulty: 8,"
        + " max_difficulty: 64, "
        + schedule
        + "}\n";
  }

  private static List<Integer> lengths(StepSchedule steps, int count) {
    return LongStream.rangeClosed(1, count).mapToObj(n -> steps.at(n).seqLength()).toList();
  }
}
