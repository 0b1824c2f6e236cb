package neox.preprocess.inspect;

import java.util.OptionalLong;

/// Which samples of a configuration to print.
public sealed interface SampleChoice {
  /// None: a table of what will be seen.
  record Overview() implements SampleChoice {}

  /// One sample of a split.
  record One(String split, long number) implements SampleChoice {}

  /// None: what becomes of the training documents up to a step.
  ///
  /// @param step counted as the log counts, the first is 1; empty: the last
  /// @param each a line for each document, too
  record Fates(OptionalLong step, boolean each) implements SampleChoice {}

  /// The samples of an optimizer step, counted from 0.
  record Batch(long step) implements SampleChoice {}
}
