package neox.config;

/// The learning rate over time.
///
/// @param decayStyle shape after warm-up (`lr_decay_style`)
/// @param decayIters last step of the decay (`lr_decay_iters`, or `lr_decay_fraction` of the run,
///   or the run)
/// @param minRate floor of the decay (`min_lr`)
/// @param warmupFraction of `decayIters` (`warmup`)
/// @param override the configuration wins over the checkpoint's schedule (`override_lr_scheduler`)
/// @param useCheckpoint the checkpoint's schedule wins (`use_checkpoint_lr_scheduler`)
public record ScheduleConfig(
    DecayStyle decayStyle,
    long decayIters,
    double minRate,
    double warmupFraction,
    boolean override,
    boolean useCheckpoint) {

  /// `lr_decay_style`.
  public enum DecayStyle {
    CONSTANT,
    LINEAR,
    COSINE,
    EXPONENTIAL
  }
}
