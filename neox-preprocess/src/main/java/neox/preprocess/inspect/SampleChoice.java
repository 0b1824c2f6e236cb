package neox.preprocess.inspect;

/// Which samples of a configuration to print.
public sealed interface SampleChoice {
  /// None: a table of what will be seen.
  record Overview() implements SampleChoice {}

  /// One sample of a split.
  record One(String split, long number) implements SampleChoice {}

  /// The samples of an optimizer step, counted from 0.
  record Batch(long step) implements SampleChoice {}
}
