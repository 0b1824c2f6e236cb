package neox.datasets;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A place where rows of data sets may be.
interface RowSource {
  /// What is looked for.
  ///
  /// @param task whose data it is; folders may be called by it
  record Wanted(String task, DataSetName set, String split) {}

  /// The rows of a split in order; empty when this place does not have it.
  Optional<List<Row>> find(Wanted wanted) throws IOException;
}
