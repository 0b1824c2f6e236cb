package neox.train.optimizer;

import java.io.IOException;
import java.nio.file.Path;
import neox.tensor.Scope;

/// What an optimizer remembers at one moment: counters as they were then, tensors as their source
/// gives them. It may be written in another thread than the optimizer's.
///
/// @param step steps taken
public record OptimizerState(StateWriter writer, UpdateRule rule, long step) {
  /// Writes the state into a checkpoint's directory. All ranks call this together; the first
  /// writes, and holds one parameter of the others at a time.
  public void write(Path directory) throws IOException {
    try (var _ = Scope.open()) {
      writer.write(directory, rule, step);
    }
  }
}
