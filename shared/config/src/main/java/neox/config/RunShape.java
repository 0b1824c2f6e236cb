package neox.config;

import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a configuration needs to know that no file says.
///
/// @param worldSize ranks of the run; empty: as many as one replica of the network has
/// @param steps how many the run takes, where data or a checkpoint decide that and it is known
public record RunShape(OptionalInt worldSize, OptionalLong steps) {
  /// The ranks that one replica of the network has, one unless it is split: enough to look at a
  /// configuration outside of a run.
  public static final RunShape ONE_REPLICA =
      new RunShape(OptionalInt.empty(), OptionalLong.empty());

  public RunShape {
    if (worldSize.isPresent() && worldSize.getAsInt() < 1) {
      throw new IllegalArgumentException("a run of " + worldSize.getAsInt() + " ranks");
    }
  }

  public static RunShape ofRanks(int worldSize) {
    return new RunShape(OptionalInt.of(worldSize), OptionalLong.empty());
  }

  /// The same once `train_epochs`, or what is left of `train_tokens`, is known in steps.
  public RunShape withSteps(long value) {
    return new RunShape(worldSize, OptionalLong.of(value));
  }
}
