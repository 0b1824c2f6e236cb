package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Defaults of `neox-generate` and `neox-eval` that a NeoX configuration may carry.
///
/// @param samplePrompts which a training run continues on the way (`sample_prompts`)
/// @param sampleInterval steps between (`sample_interval`); empty: where the run is validated
/// @param precomputeModelName read with the objective, whose reference it may be
public record GenerateConfig(
    double temperature,
    int topK,
    double topP,
    int maximumTokens,
    String promptEnd,
    Optional<Path> sampleInputFile,
    Optional<Path> sampleOutputFile,
    int numSamples,
    boolean recompute,
    boolean returnLogits,
    Optional<String> textGenType,
    Optional<String> precomputeModelName,
    List<String> evalTasks,
    List<String> samplePrompts,
    Optional<Long> sampleInterval,
    String evalResultsPrefix) {

  static GenerateConfig from(ConfigTable t) {
    t.section("Generation");
    return new GenerateConfig(
        t.real(
            "temperature", 0.0, Range.atLeast(0), "of sampling; 0 with top_k and top_p 0: greedy"),
        t.integer("top_k", 0, Range.atLeast(0), "sample from the k likeliest tokens; 0: all"),
        t.real("top_p", 0.0, Range.between(0, 1), "sample from this probability mass; 0: all"),
        t.integer(
            "maximum_tokens", 64, Range.atLeast(0), "new tokens per sample; 0: as many as fit"),
        t.text("prompt_end", "\n", "what ends a prompt in a file or at the keyboard"),
        t.path("sample_input_file", "prompts"),
        t.path("sample_output_file", "where samples go"),
        t.integer("num_samples", 1, Range.atLeast(1), "samples without a prompt"),
        t.flag("recompute", false, "no key/value cache"),
        t.flag("return_logits", false, "write the logits with each sample"),
        t.optional(
            "text_gen_type",
            ConfigType.oneOf(
                List.of("unconditional", "input-file", "interactive", "precompute"), Map.of()),
            "where prompts come from; precompute: the datasets, of which log-probabilities are"
                + " written"),
        t.value(ObjectiveConfig.PRECOMPUTED).map(String.class::cast),
        t.list(
            "eval_tasks",
            ConfigType.text(),
            "tasks for neox-eval, and for neox-train with eval_task_data"),
        t.list(
            SAMPLE_PROMPTS,
            ConfigType.text(),
            "prompts that neox-train has the network continue now and then, into samples.jsonl"),
        t.optional(
            "sample_interval",
            ConfigType.count(Range.atLeast(1)),
            "steps between two times; default: eval_interval"),
        t.text("eval_results_prefix", "", "prefix of the results file"));
  }

  /// Reports what the network cannot be asked for.
  void check(ConfigTable t, ModelConfig model) {
    t.check(
        samplePrompts.isEmpty() || model.head().output() == Output.LOGITS,
        List.of(SAMPLE_PROMPTS, ObjectiveConfig.TRAIN_IMPL),
        "a reward model (train_impl rm) writes no text; leave it out");
  }

  private static final String SAMPLE_PROMPTS = "sample_prompts";
}
