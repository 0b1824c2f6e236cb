package neox.generate;

import neox.generate.precompute.Datasets;
import neox.generate.rows.RowFormat;

/// What a run reads, and what it makes of that (`text_gen_type`).
sealed interface Mode {
  /// Texts, or nothing, all known before the first is continued: `unconditional` and `input-file`.
  record Prompts(PromptSource source) implements Mode {}

  /// Rows of JSON, answered as they come.
  record Rows(RowFormat format) implements Mode {}

  /// A person on a terminal: `interactive`.
  ///
  /// @param promptEnd what ends a prompt
  record Interactive(String promptEnd) implements Mode {}

  /// Datasets, whose log-probabilities are written: `precompute`.
  record Precompute(Datasets datasets) implements Mode {}
}
