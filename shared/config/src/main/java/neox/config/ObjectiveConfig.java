package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.DataConfig.Companion;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// What training minimizes (`train_impl`).
public sealed interface ObjectiveConfig {
  /// Next-token prediction.
  ///
  /// @param zLoss weight of the squared logarithm of the softmax's denominator
  ///   (`z_loss_multiplier`)
  record LanguageModeling(double zLoss) implements ObjectiveConfig {}

  /// Direct preference optimization (arXiv:2305.18290).
  ///
  /// @param beta how strongly the policy is held to the reference (`dpo_beta`)
  /// @param reference what the policy is held to; none: every text counts as equally likely there
  ///   (`dpo_reference_free`)
  record Dpo(double beta, Optional<Reference> reference) implements ObjectiveConfig {}

  /// Kahneman-Tversky optimization (arXiv:2402.01306).
  ///
  /// @param beta how soon gains and losses saturate (`kto_beta`)
  /// @param desirableWeight of samples with a reward above 0 (`kto_desirable_weight`)
  /// @param undesirableWeight of samples with a reward below 0 (`kto_undesirable_weight`)
  record Kto(
      double beta, double desirableWeight, double undesirableWeight, Optional<Reference> reference)
      implements ObjectiveConfig {}

  /// A reward model on pairs (Bradley-Terry, arXiv:2203.02155 eq. 1).
  ///
  /// @param zLoss weight of the squares of the rewards (`z_loss`)
  record RewardModeling(double zLoss) implements ObjectiveConfig {}

  /// What the trained model is compared with.
  sealed interface Reference {
    /// A model that is not trained.
    ///
    /// @param iteration of its checkpoints, instead of the latest
    record Model(Path directory, Optional<Long> iteration) implements Reference {}

    /// What such a model has said of every text before the run (`precompute_model_name`).
    ///
    /// @param name of the datasets behind those of the texts, see [#dataset]
    record Precomputed(String name) implements Reference {}

    /// The dataset of log-probabilities that belongs to one of texts, GPT-NeoX's `{path}_{name}`.
    static Path dataset(Path texts, String name) {
      return texts.resolveSibling(texts.getFileName() + "_" + name);
    }
  }

  /// `train_impl`.
  enum Kind {
    NORMAL,
    DPO,
    RM,
    KTO
  }

  /// What DPO and KTO compare with.
  default Optional<Reference> reference() {
    return switch (this) {
      case Dpo dpo -> dpo.reference();
      case Kto kto -> kto.reference();
      case LanguageModeling _, RewardModeling _ -> Optional.empty();
    };
  }

  static ObjectiveConfig from(ConfigTable t, CheckpointConfig checkpoint) {
    t.section("Objective");
    Kind kind =
        t.get(
            TRAIN_IMPL,
            ConfigType.choice(
                Kind.class,
                Map.of(
                    "reinforce",
                    "its samples come from a server that generates them while training runs")),
            Kind.NORMAL,
            "what training minimizes: next-token prediction, DPO, a reward model's loss on pairs,"
                + " or KTO");
    double dpoBeta =
        t.real("dpo_beta", 0.1, Range.POSITIVE, "how strongly DPO holds to the reference");
    boolean referenceFree =
        t.flag("dpo_reference_free", false, "DPO without a reference, as if it found all alike");
    double ktoBeta = t.real("kto_beta", 0.1, Range.POSITIVE, "how soon KTO's values saturate");
    double desirable =
        t.real("kto_desirable_weight", 1.0, Range.atLeast(0), "of samples with a reward above 0");
    double undesirable =
        t.real("kto_undesirable_weight", 1.0, Range.atLeast(0), "of samples with one below 0");
    double zLoss =
        t.real("z_loss", 0.0, Range.atLeast(0), "weight of a reward model's squared rewards");
    double zLossMultiplier =
        t.real(
            Z_LOSS_MULTIPLIER,
            0.0,
            Range.atLeast(0),
            "next-token prediction also minimizes this times log(softmax's denominator)²,"
                + " reported as z_loss; PaLM: 1.0e-4");
    t.check(
        zLossMultiplier == 0 || kind == Kind.NORMAL,
        List.of(Z_LOSS_MULTIPLIER, TRAIN_IMPL),
        "belongs to train_impl normal%s; remove it",
        kind == Kind.RM ? "; a reward model has z_loss" : "");
    Optional<Path> model = t.path(REFERENCE, REFERENCE_USE);
    Optional<String> precomputed = t.optional(PRECOMPUTED, ConfigType.text(), PRECOMPUTED_USE);
    t.check(
        model.isEmpty() || precomputed.isEmpty(),
        List.of(REFERENCE, PRECOMPUTED),
        "contradicts %s, whose datasets say what the model would; leave one of them out",
        PRECOMPUTED);
    Optional<Reference> reference =
        precomputed
            .<Reference>map(Reference.Precomputed::new)
            .or(() -> reference(model, checkpoint))
            .filter(_ -> !referenceFree);
    ObjectiveConfig objective =
        switch (kind) {
          case NORMAL -> new LanguageModeling(zLossMultiplier);
          case DPO -> new Dpo(dpoBeta, reference);
          case RM -> new RewardModeling(zLoss);
          case KTO -> new Kto(ktoBeta, desirable, undesirable, reference);
        };
    boolean compares = kind == Kind.KTO || (kind == Kind.DPO && !referenceFree);
    t.check(
        !compares || reference.isPresent(),
        List.of(REFERENCE, TRAIN_IMPL),
        "required but missing: %s compares with a model that stays as it is; give init_from, or"
            + " load with finetune, or name here what training began with",
        ConfigType.nameOf(kind));
    return objective;
  }

  private static Optional<Reference> reference(
      Optional<Path> explicit, CheckpointConfig checkpoint) {
    return explicit
        .or(checkpoint::initFrom)
        .<Reference>map(directory -> new Reference.Model(directory, Optional.empty()))
        .or(() ->
            checkpoint
                .load()
                .filter(_ -> checkpoint.finetune())
                .map(directory -> new Reference.Model(directory, checkpoint.iteration())));
  }

  /// Reports what data, batch and ranks do not fit the objective.
  default void check(ConfigTable t, NeoxConfig config) {
    Companion given = config.data().train().companion();
    switch (this) {
      case LanguageModeling _ ->
          t.check(
              given instanceof Companion.None,
              List.of(
                  given instanceof Companion.Rewards ? "train_reward_data_paths" : "dataset_impl"),
              "used by train_impl %s only; leave it out, or set train_impl",
              given instanceof Companion.Rewards ? "kto" : "dpo and rm");
      case Dpo _, RewardModeling _ ->
          t.check(
              given instanceof Companion.Rejected,
              List.of("dataset_impl", TRAIN_IMPL),
              "train_impl dpo and rm are trained on pairs; set it to pairwise");
      case Kto _ -> {
        t.check(
            given instanceof Companion.Rewards,
            List.of("train_reward_data_paths", TRAIN_IMPL),
            "required but missing: KTO learns from rewards; give a reward dataset for each of"
                + " train_data_paths, valid_data_paths and test_data_paths");
        t.check(
            config.batch().microBatchSize() % 2 == 0,
            List.of("train_micro_batch_size_per_gpu", TRAIN_IMPL),
            "KTO compares each half of a micro-batch with the other; expected an even number, found"
                + " %d",
            config.batch().microBatchSize());
      }
    }
    boolean language = this instanceof LanguageModeling;
    t.check(
        language || config.eval().sets().isEmpty(),
        List.of("validation_sets", TRAIN_IMPL),
        "texts alone have no loss with train_impl dpo, kto and rm; leave them out");
    t.check(
        language || !config.data().documentMask().isOn(),
        List.of("reset_attention_mask", "reset_position_ids", TRAIN_IMPL),
        "samples of train_impl dpo, kto and rm hold one document each; set it to false");
    t.check(
        language || config.data().fim().isEmpty(),
        List.of("fim_rate", TRAIN_IMPL),
        "train_impl dpo, kto and rm need texts in their own order; set it to 0");
  }

  String TRAIN_IMPL = "train_impl";
  String Z_LOSS_MULTIPLIER = "z_loss_multiplier";

  String REFERENCE = "reference_model";

  String PRECOMPUTED = "precompute_model_name";

  String PRECOMPUTED_USE =
      "NAME of datasets of log-probabilities, {path}_NAME beside each dataset of texts: neox-generate"
          + " with text_gen_type precompute writes them, and DPO and KTO read them instead of a"
          + " reference_model";

  String REFERENCE_USE =
      "checkpoint or Hugging Face directory of the model that DPO and KTO hold to; init_from, or load"
          + " with finetune, when not given";
}
