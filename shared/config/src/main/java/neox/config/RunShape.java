package neox.config;

import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a configuration needs to know that no file says.
///
/// @param worldSize ranks of the run; empty: as many as one replica of the network has
/// @param stepsOfEpochs how many steps `train_epochs` takes, where that is known
public record RunShape(OptionalInt worldSize, OptionalLong stepsOfEpochs) {
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

  /// The same once `train_epochs` is known in steps.
  public RunShape withStepsOfEpochs(long steps) {
    return new RunShape(worldSize, OptionalLong.of(steps));
  }
}
