package neox.config;

import java.util.List;
import neox.base.UserException;
import neox.config.model.GmlpConfig;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.config.step.StepSchedule;
import neox.config.table.ConfigTable;

/// A whole configuration: what the files say, checked, with every default filled in. Only `main`
/// classes see all of it; everything else takes the smallest record it needs.
public record NeoxConfig(
    ModelConfig model,
    BaseShapesConfig baseShapes,
    ParallelConfig parallel,
    LaunchConfig launch,
    DeterministicConfig deterministic,
    BatchConfig batch,
    OptimizerConfig optimizer,
    TuningConfig tuning,
    ObjectiveConfig objective,
    ScheduleConfig schedule,
    Precision precision,
    MixedPrecisionConfig mixedPrecision,
    StabilityConfig stability,
    RecomputeConfig recompute,
    DataConfig data,
    TokenizerConfig tokenizer,
    CheckpointConfig checkpoint,
    EvalConfig eval,
    MonitorConfig monitor,
    WandbConfig wandb,
    GenerateConfig generate) {

  /// Tokens, and bytes of them, are counted in 64 bits.
  private static final double MOST_TOKENS = 1e18;

  /// What the steps of the run are made of, from its beginning.
  public StepSchedule steps() {
    return stepsAfter(0, 0);
  }

  /// The same for a run that goes on.
  ///
  /// @param steps taken before
  /// @param samples of those steps
  public StepSchedule stepsAfter(long steps, long samples) {
    return StepSchedule.after(steps, samples, batch.fullStep(model.seqLength()), batch.changes());
  }

  /// Everything, with mistakes anywhere reported.
  ///
  /// @param run what no file says about it
  static NeoxConfig from(ConfigTable t, RunShape run) {
    ModelConfig model = ModelConfig.from(t);
    ParallelConfig parallel = ParallelConfig.from(t);
    TokenizerConfig tokenizer = TokenizerConfig.from(t);
    NeoxConfig config = rest(t, model, parallel, tokenizer, run);
    config.checkRules(t);
    config.checkRanks(t, run);
    boolean hasData = config.data.dataPath().isPresent() || !config.data.train().isEmpty();
    t.check(
        hasData || run.worldSize().isEmpty() || !t.misses(),
        List.of("data_path"),
        "required but missing: prefix of the .bin and .idx to train on");
    return config;
  }

  /// What several ranks cannot do yet.
  private void checkRanks(ConfigTable t, RunShape run) {
    boolean several = run.worldSize().orElse(1) > 1;
    t.check(
        model.prompt().isEmpty() || data.documentMask().equals(DocumentMask.NONE),
        List.of("soft_prompt_tuning.enabled", "reset_attention_mask", "reset_position_ids"),
        "a soft prompt before every document of a sample is not built yet; set reset_attention_mask"
            + " and reset_position_ids to false");
    parallel.checkSlices(t, model, batch);
    t.check(
        !several || !baseShapes.coordinateCheck(),
        List.of("coord_check"),
        "it is for one rank; start neox-train alone");
  }

  private String lengthKey() {
    return batch.trainTokens().isPresent() ? "train_tokens" : "train_iters";
  }

  /// What adapters need beside themselves.
  private void checkAdapters(ConfigTable t) {
    t.check(
        tuning.lora().isEmpty() || checkpoint.initFrom().isPresent(),
        List.of("init_from", LoraConfig.RANK),
        "required but missing: the model that adapters (lora.rank) adapt");
    t.check(
        tuning.lora().isEmpty() || model.head().output() == Output.LOGITS,
        List.of(LoraConfig.RANK, "train_impl"),
        "adapters are not built yet for reward models; leave it out");
    t.check(
        tuning.lora().isEmpty() || model.prompt().isEmpty(),
        List.of(LoraConfig.RANK, "soft_prompt_tuning"),
        "contradicts soft_prompt_tuning, which trains the prompt alone; leave one of them out");
  }

  /// Every token that the run sees must have a number.
  private void checkLength(ConfigTable t) {
    double training = batch.trainIters();
    double validation = (training / eval.interval() + 1) * eval.iters();
    double tokens = (training + validation) * batch.trainBatchSize() * model.seqLength();
    t.check(
        tokens < MOST_TOKENS,
        List.of(validation > training ? "eval_iters" : lengthKey()),
        "%.3g tokens are more than can be counted; expected fewer than %.3g in the run",
        tokens,
        MOST_TOKENS);
  }

  private void checkRules(ConfigTable t) {
    checkLength(t);
    checkEpochs(t);
    checkDocumentMask(t);
    parallel.check(t, model);
    deterministic.check(t, this);
    objective.check(t, this);
    generate.check(t, model);
    checkAdapters(t);
    boolean charLevel = tokenizer.type().equals("CharLevelTokenizer");
    t.check(
        charLevel || tokenizer.vocabFile().isPresent(),
        List.of("vocab_file", "tokenizer_type"),
        "required but missing: the file of the %s",
        tokenizer.type());
    t.check(
        !tokenizer.type().equals("GPT2BPETokenizer") || tokenizer.mergeFile().isPresent(),
        List.of("merge_file", "tokenizer_type"),
        "required but missing: the merges of the GPT2BPETokenizer");
  }

  private void checkDocumentMask(ConfigTable t) {
    DocumentMask mask = data.documentMask();
    t.check(
        !mask.resetAttentionMask()
            || model.blocks().stream().noneMatch(block -> block instanceof GmlpConfig),
        List.of("reset_attention_mask", "attention_config"),
        "gmlp and amlp blocks mix all tokens of a sample, whatever their documents; set it to"
            + " false");
    t.check(
        !mask.isOn() || data.train().companion() instanceof DataConfig.Companion.None,
        List.of(
            mask.resetAttentionMask() ? "reset_attention_mask" : "reset_position_ids",
            "dataset_impl",
            "train_reward_data_paths"),
        "not built yet for pairs of texts and for rewards, each of which is a sample of its own;"
            + " set it to false");
  }

  private void checkEpochs(ConfigTable t) {
    boolean epochs = batch.trainEpochs().isPresent();
    t.check(
        !epochs || data.stages().isEmpty(),
        List.of("train_epochs", "data_stages"),
        "contradicts data_stages: in an epoch each document counts once; give train_iters");
    t.check(
        !epochs || data.packing() != Packing.PACK_UNTIL_OVERFLOW,
        List.of("train_epochs", "pack_impl"),
        "not supported with pack_impl pack_until_overflow, whose order depends on the number of"
            + " samples; give train_iters (neox-preprocess inspect --config prints the epochs)");
    t.check(
        !epochs || !data.weightByDocuments(),
        List.of("train_epochs", "weight_by_num_documents"),
        "contradicts weight_by_num_documents: in an epoch each document counts once; give"
            + " train_iters");
    t.check(
        !epochs || !data.train().isWeighted(),
        List.of("train_epochs", "train_data_weights"),
        "contradicts train_data_weights: in an epoch each document counts once; leave the"
            + " weights out or give train_iters");
  }

  /// As much as describes the network and its tokenizer; mistakes elsewhere are passed over, so
  /// that a model can be used without the means to train it.
  static NeoxConfig forModel(ConfigTable t) {
    ModelConfig model = ModelConfig.from(t);
    ParallelConfig parallel = ParallelConfig.from(t);
    TokenizerConfig tokenizer = TokenizerConfig.from(t);
    t.checkModelKeys();
    t.tolerate();
    return rest(t, model, parallel, tokenizer, RunShape.ONE_REPLICA);
  }

  private static NeoxConfig rest(
      ConfigTable t,
      ModelConfig model,
      ParallelConfig parallel,
      TokenizerConfig tokenizer,
      RunShape run) {
    int replicas = parallel.replicas(t, run.worldSize());
    DeterministicConfig deterministic = DeterministicConfig.from(t);
    BatchConfig batch = BatchConfig.from(t, replicas, run.steps(), model.seqLength());
    OptimizerConfig optimizer = OptimizerConfig.from(t, model.mup());
    ScheduleConfig schedule = ScheduleConfig.from(t, optimizer.learningRate(), batch);
    Precision precision = Precision.from(t);
    CheckpointConfig checkpoint = CheckpointConfig.from(t);
    return new NeoxConfig(
        model,
        BaseShapesConfig.from(t),
        parallel,
        LaunchConfig.from(t),
        deterministic,
        batch,
        optimizer,
        TuningConfig.from(t),
        ObjectiveConfig.from(t, checkpoint),
        schedule,
        precision,
        MixedPrecisionConfig.from(t, precision),
        StabilityConfig.from(t),
        RecomputeConfig.from(t),
        DataConfig.from(t),
        tokenizer,
        checkpoint,
        EvalConfig.from(t),
        MonitorConfig.from(t),
        WandbConfig.from(t),
        GenerateConfig.from(t));
  }

  /// Throws a [UserException] when this configuration lacks what training needs beyond a network.
  public void requireTrainable() {
    if (data.dataPath().isEmpty() && data.train().isEmpty()) {
      throw new UserException(
          "data_path: required but missing: prefix of the .bin and .idx to train on");
    }
  }
}
