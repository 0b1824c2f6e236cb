package neox.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import neox.model.position.Distances;
import neox.model.position.Places;
import neox.model.position.PositionScheme;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// [Branches] as the layers read them, the same for all of them.
record PassBranches(TextPath path, List<Seen> each) {
  /// A branch and what its tokens see of the keys `[t]` that are read with it.
  ///
  /// @param hidden `[s, t]`, true where a key is not seen, by the width of a block's window
  /// @param bias added to the scores, `[n, s, t]`
  record Seen(Branch branch, Map<OptionalInt, Tensor> hidden, Optional<Tensor> bias) {
    /// t.
    long read() {
      return KeyTiles.padded(branch.end());
    }

    Tensor hidden(OptionalInt window) {
      return Objects.requireNonNull(hidden.get(window), "a window that no block has");
    }
  }

  /// @param windows of the blocks
  static PassBranches of(
      Branches branches, List<OptionalInt> windows, PositionScheme positions, Placement placement) {
    List<Seen> each = new ArrayList<>();
    for (Branch branch : branches.each()) {
      Places places =
          new Places.Each(
              placement.positions(branch.start(), branch.end()).unsqueeze(0),
              KeyTiles.padded(branch.end()));
      Tensor distances = Distances.of(places, branch.length(), placement).squeeze(0); // [s, t]
      Map<OptionalInt, Tensor> hidden = new HashMap<>();
      windows.forEach(window -> hidden.put(window, hidden(distances, window)));
      Optional<Tensor> bias =
          positions
              .bias(places, branch.length())
              .map(b -> b.squeeze(0).to(placement.precise().type()));
      each.add(new Seen(branch, hidden, bias));
    }
    return new PassBranches(branches.path(), each);
  }

  private static Tensor hidden(Tensor distances, OptionalInt window) {
    Tensor later = distances.lt(new Scalar(0));
    return window.isEmpty() ? later : later.logical_or(distances.gt(new Scalar(window.getAsInt())));
  }
}
