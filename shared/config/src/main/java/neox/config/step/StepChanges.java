package neox.config.step;

import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;

/// What makes the steps of a run differ from each other.
///
/// @param skipped steps that are not taken, in order, none of them touching another (`skip_steps`)
public record StepChanges(
    Optional<BatchRamp> ramp, Optional<Curriculum> curriculum, List<StepRange> skipped) {
  /// All steps are alike.
  public static final StepChanges NONE =
      new StepChanges(Optional.empty(), Optional.empty(), List.of());

  /// What the configuration says.
  ///
  /// @param full the step that has grown as far as any
  public static StepChanges from(ConfigTable t, StepSchedule.FullStep full) {
    return new StepChanges(
        new RampKeys(t, full).read(),
        new CurriculumKeys(t, full.seqLength()).read(),
        SkipKeys.read(t));
  }

  public StepChanges {
    skipped = List.copyOf(skipped);
  }

  boolean skips(long n) {
    return skipped.stream().anyMatch(range -> range.first() <= n && n <= range.last());
  }

  /// The last step up to which all are skipped as step `n` is, or are not.
  long lastSkippedAlike(long n) {
    for (StepRange range : skipped) {
      if (n <= range.last()) {
        return n < range.first() ? range.first() - 1 : range.last();
      }
    }
    return StepSchedule.FOREVER;
  }
}
