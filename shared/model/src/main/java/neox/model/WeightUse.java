package neox.model;

import java.util.List;

/// Which steps of a pass compute with a parameter.
///
/// @param steps in order, see [LayerWatch]; none where the parameter is only stored
public record WeightUse(Parameter parameter, List<Integer> steps) {
  public WeightUse {
    steps = List.copyOf(steps);
  }
}
