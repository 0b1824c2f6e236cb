package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Validation during training.
///
/// @param interval steps between validations (`eval_interval`)
/// @param iters batches per validation (`eval_iters`)
/// @param charLevelPerplexity also report perplexity per character (`char_level_ppl`)
/// @param onStartup validate before the first step of a run, too (`eval_on_startup`)
/// @param test evaluate on the test split after the last step (`do_test`)
/// @param sets datasets of their own to validate on, by name (`validation_sets`)
/// @param tasks how training evaluates the tasks of `eval_tasks`
public record EvalConfig(
    long interval,
    long iters,
    boolean charLevelPerplexity,
    boolean onStartup,
    boolean test,
    Map<String, Path> sets,
    Tasks tasks) {

  /// How training evaluates tasks.
  ///
  /// @param data directory of their data sets (`eval_task_data`)
  /// @param shots examples before each question; empty for each task's own number
  ///   (`eval_task_num_fewshot`)
  /// @param limit documents of each task at most; empty for all (`eval_task_limit`)
  public record Tasks(Optional<Path> data, Optional<Integer> shots, Optional<Integer> limit) {
    private static Tasks from(ConfigTable t) {
      return new Tasks(
          t.path(
              "eval_task_data",
              "data sets of the tasks in eval_tasks, which training evaluates at each validation"),
          t.optional(
              "eval_task_num_fewshot",
              ConfigType.integer(Range.atLeast(0)),
              "examples before each question in training; default: each task's own number"),
          t.optional(
              "eval_task_limit",
              ConfigType.integer(Range.atLeast(1)),
              "documents of each task that training evaluates at most; default: all"));
    }
  }

  private static final String SET_NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";

  static EvalConfig from(ConfigTable t) {
    t.section("Validation");
    EvalConfig config =
        new EvalConfig(
            t.count("eval_interval", 1000, Range.atLeast(1), "steps between validations"),
            t.count("eval_iters", 100, Range.atLeast(0), "batches per validation; 0: none"),
            t.flag("char_level_ppl", false, "also report perplexity per character"),
            t.flag(
                "eval_on_startup",
                false,
                "validate before the first step, too, on the samples of the first validation"),
            t.get(
                "do_test",
                ConfigType.flag(),
                true, // also where it says null: GPT-NeoX decides by itself
                "evaluate on the test split after the last step; GPT-NeoX does so whatever this"
                    + " says"),
            t.get(
                "validation_sets",
                ConfigType.mapping(ConfigType.path()),
                Map.of(),
                "datasets to validate on beside the validation split, name: prefix; always on the"
                    + " same samples, with bits per byte"),
            Tasks.from(t));
    config.checkRules(t);
    return config;
  }

  private void checkRules(ConfigTable t) {
    for (String name : sets.keySet()) {
      t.check(
          name.matches(SET_NAME),
          List.of("validation_sets"),
          "expected names of letters, digits, '_', '.' and '-', which name metrics, found '%s'",
          name);
    }
  }
}
