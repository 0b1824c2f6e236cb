package neox.config.model;

import java.util.List;
import neox.config.table.ConfigTable;

/// How attention and MLP of a block join the residual stream.
public enum Residual {
  /// One after the other: `y = x + attention(norm₁ x); z = y + mlp(norm₂ y)`.
  SEQUENTIAL,
  /// Both read the block's input: `z = x + attention(norm₁ x) + mlp(norm₂ x)` (`gpt_j_residual`).
  PARALLEL,
  /// Both read the same norm: `z = x + attention(norm₁ x) + mlp(norm₁ x)` (`gpt_j_tied`, too).
  PARALLEL_TIED_NORM;

  /// Whether attention and MLP read the same input.
  public boolean parallel() {
    return switch (this) {
      case SEQUENTIAL -> false;
      case PARALLEL, PARALLEL_TIED_NORM -> true;
    };
  }

  static Residual from(ConfigTable t) {
    boolean parallel = t.flag("gpt_j_residual", false, "attention and MLP read the same input");
    boolean tied = t.flag("gpt_j_tied", false, "attention and MLP share one norm");
    t.check(
        !tied || parallel,
        List.of("gpt_j_tied", "gpt_j_residual"),
        "one norm can be shared only when gpt_j_residual is true");
    if (!parallel) {
      return SEQUENTIAL;
    }
    return tied ? PARALLEL_TIED_NORM : PARALLEL;
  }
}
