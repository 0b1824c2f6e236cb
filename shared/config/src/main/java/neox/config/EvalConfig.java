package neox.config;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Validation during training.
///
/// @param interval steps between validations (`eval_interval`)
/// @param iters batches per validation (`eval_iters`)
/// @param charLevelPerplexity also report perplexity per character (`char_level_ppl`)
public record EvalConfig(long interval, long iters, boolean charLevelPerplexity) {

  static EvalConfig from(ConfigTable t) {
    t.section("Validation");
    return new EvalConfig(
        t.count("eval_interval", 1000, Range.atLeast(1), "steps between validations"),
        t.count("eval_iters", 100, Range.atLeast(0), "batches per validation; 0: none"),
        t.flag("char_level_ppl", false, "also report perplexity per character"));
  }
}
