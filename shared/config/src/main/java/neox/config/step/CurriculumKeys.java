package neox.config.step;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// `curriculum_learning`: sequences that grow (DeepSpeed's `seqlen` curriculum, in its older form,
/// the only one that GPT-NeoX has).
///
/// @param length the longest sequence there is
record CurriculumKeys(ConfigTable t, int length) {
  private static final String AT = "curriculum_learning.";
  private static final String MIN = AT + "min_difficulty";
  private static final String MAX = AT + "max_difficulty";
  private static final String TOTAL = AT + "schedule_config.total_curriculum_step";
  private static final String MULTIPLE = AT + "schedule_config.difficulty_step";
  private static final String DEGREE = AT + "schedule_config.root_degree";
  private static final String LENGTHS = AT + "schedule_config.difficulty";
  private static final String STEPS = AT + "schedule_config.max_step";

  /// Further than any run goes.
  private static final long MOST_STEPS = 1_000_000_000_000L;

  /// `schedule_type`.
  enum Rule {
    FIXED_LINEAR,
    FIXED_ROOT,
    FIXED_DISCRETE
  }

  /// What is written, none of it required unless `enabled`.
  private record Written(
      Optional<Rule> rule,
      Optional<Integer> min,
      Optional<Integer> max,
      Optional<Long> total,
      Optional<Integer> multiple,
      Optional<Integer> degree,
      List<Integer> lengths,
      List<Long> steps) {}

  /// The curriculum; empty when there is none, and when something is wrong with it.
  Optional<Curriculum> read() {
    boolean enabled =
        t.flag(AT + "enabled", false, "train on the first tokens of each sample, ever more");
    t.get(
        AT + "curriculum_type",
        ConfigType.oneOf(List.of("seqlen"), Map.of()),
        "seqlen",
        "what grows: the number of tokens");
    Written written = written();
    return enabled ? curriculum(written) : Optional.empty();
  }

  private Written written() {
    ConfigType<Integer> tokens = ConfigType.integer(Range.atLeast(1));
    ConfigType<Long> step = ConfigType.count(Range.atLeast(1));
    return new Written(
        t.optional(
            AT + "schedule_type",
            ConfigType.choice(Rule.class, Map.of()),
            "how it grows: evenly, by a root of the step, or as a table says"),
        t.optional(MIN, tokens, "tokens of a sample before the first step"),
        t.optional(MAX, tokens, "tokens of a sample from the end of the schedule on"),
        t.optional(TOTAL, step, "step at which max_difficulty is reached; not fixed_discrete"),
        t.optional(MULTIPLE, tokens, "lengths are multiples of it; not fixed_discrete"),
        t.optional(DEGREE, tokens, "2 for the square root and so on; fixed_root alone"),
        t.list(LENGTHS, tokens, "lengths, one after the other; fixed_discrete alone"),
        t.list(STEPS, step, "last step of each length but the last; fixed_discrete alone"));
  }

  private Optional<Curriculum> curriculum(Written written) {
    boolean complete = given(written.rule, AT + "schedule_type");
    complete &= given(written.min, MIN);
    complete &= given(written.max, MAX);
    if (!complete || !isOrdered(written.min.orElseThrow(), written.max.orElseThrow())) {
      return Optional.empty();
    }
    return switch (written.rule.orElseThrow()) {
      case FIXED_LINEAR -> root(written, 1);
      case FIXED_ROOT ->
          given(written.degree, DEGREE)
              ? root(written, written.degree.orElseThrow())
              : Optional.empty();
      case FIXED_DISCRETE -> discrete(written);
    };
  }

  private Optional<Curriculum> root(Written written, int degree) {
    boolean complete = given(written.total, TOTAL);
    complete &= given(written.multiple, MULTIPLE);
    if (!complete) {
      return Optional.empty();
    }
    long total = written.total.orElseThrow();
    Curriculum.Root root =
        new Curriculum.Root(
            written.min.orElseThrow(),
            written.max.orElseThrow(),
            total,
            written.multiple.orElseThrow(),
            degree);
    boolean some = root.seqLength(1) > 0;
    t.check(
        some,
        List.of(MULTIPLE, MIN),
        "the first step would train on no token: min_difficulty (%d) is rounded down to a multiple"
            + " of %d; make it larger, or difficulty_step smaller",
        root.min(),
        root.multiple());
    return checked(root, some && isReachable(TOTAL, total));
  }

  private Optional<Curriculum> discrete(Written written) {
    List<Integer> lengths = written.lengths;
    List<Long> steps = written.steps;
    boolean fits = !steps.isEmpty() && lengths.size() == steps.size() + 1;
    t.check(
        fits,
        List.of(LENGTHS, STEPS),
        "expected one length more than steps in max_step, and one of these at least; found %d and"
            + " %d",
        lengths.size(),
        steps.size());
    if (!fits) {
      return Optional.empty();
    }
    boolean grows =
        isAscending(lengths)
            && lengths.getFirst() >= written.min.orElseThrow()
            && lengths.getLast() <= written.max.orElseThrow();
    t.check(
        grows,
        List.of(LENGTHS, MIN, MAX),
        "expected ascending lengths between min_difficulty (%d) and max_difficulty (%d), found %s",
        written.min.orElseThrow(),
        written.max.orElseThrow(),
        lengths);
    boolean later = isAscending(steps);
    t.check(later, List.of(STEPS), "expected ascending steps, found %s", steps);
    boolean right = grows && later && isReachable(STEPS, steps.getLast());
    return checked(new Curriculum.Discrete(lengths, steps), right);
  }

  private static <C extends Curriculum> Optional<Curriculum> checked(C curriculum, boolean right) {
    return right ? Optional.of(curriculum) : Optional.empty();
  }

  private static <N extends Comparable<N>> boolean isAscending(List<N> numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i - 1).compareTo(numbers.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private boolean isOrdered(int min, int max) {
    t.check(
        max >= min,
        List.of(MAX, MIN),
        "must not be less than min_difficulty (%d), found %d",
        min,
        max);
    t.check(
        max <= length,
        List.of(MAX, "seq_length"),
        "must not exceed seq_length (%d), found %d",
        length,
        max);
    return max >= min && max <= length;
  }

  private boolean isReachable(String key, long step) {
    t.check(
        step <= MOST_STEPS, List.of(key), "expected at most %,d steps, found %d", MOST_STEPS, step);
    return step <= MOST_STEPS;
  }

  private boolean given(Optional<?> value, String key) {
    t.check(
        value.isPresent(),
        List.of(key, AT + "schedule_type", AT + "enabled"),
        "required but missing: with curriculum_learning");
    return value.isPresent();
  }
}
