package neox.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import neox.config.DataConfig.Companion;
import neox.config.DataConfig.Mixture;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Reads the keys that name the datasets of each split.
///
/// @param kind `dataset_impl`
record MixtureKeys(ConfigTable t, Kind kind) {
  private static final List<String> SPLITS = List.of("train", "valid", "test");

  /// `dataset_impl`.
  enum Kind {
    /// Texts.
    GPT2,
    /// Pairs of a text that was chosen and one that was rejected.
    PAIRWISE
  }

  static MixtureKeys from(ConfigTable t) {
    Kind kind =
        t.choice(
            "dataset_impl",
            Kind.GPT2,
            Map.of("online", "it reads samples from a server while training runs"),
            "gpt2: texts; pairwise: pairs of texts, for train_impl dpo and rm");
    return new MixtureKeys(t, kind);
  }

  /// The datasets of one split.
  ///
  /// @param use of the paths, for the reference
  Mixture read(String split, String use) {
    List<Path> paths = paths(split + "_data_paths", use);
    List<Path> labels = paths(split + "_label_data_paths", LABELS);
    List<Path> rewards =
        paths(split + "_reward_data_paths", "reward datasets, one per path, for train_impl kto");
    List<Path> chosen = paths("pos_" + split + "_data_paths", "the chosen texts of pairs");
    List<Path> chosenLabels = paths("pos_" + split + "_label_data_paths", LABELS);
    List<Path> rejected =
        paths("neg_" + split + "_data_paths", "the rejected texts, one dataset per chosen one");
    List<Path> rejectedLabels = paths("neg_" + split + "_label_data_paths", LABELS);
    List<Double> weights =
        t.list(
            split + "_data_weights",
            ConfigType.real(Range.atLeast(0)),
            "one per path; all 1 when not given");
    Mixture mixture =
        switch (kind) {
          case GPT2 ->
              new Mixture(
                  paths,
                  labels,
                  weights,
                  rewards.isEmpty() ? new Companion.None() : new Companion.Rewards(rewards));
          case PAIRWISE ->
              new Mixture(
                  chosen, chosenLabels, weights, new Companion.Rejected(rejected, rejectedLabels));
        };
    checkKind(split, !paths.isEmpty(), !chosen.isEmpty() || !rejected.isEmpty());
    checkNumbers(split, mixture);
    return mixture;
  }

  private List<Path> paths(String key, String use) {
    return t.list(key, ConfigType.path(), use);
  }

  private void checkKind(String split, boolean texts, boolean pairs) {
    switch (kind) {
      case GPT2 ->
          t.check(
              !pairs,
              List.of("pos_" + split + "_data_paths", "neg_" + split + "_data_paths"),
              "pairs need dataset_impl pairwise; set it, or leave the pairs out");
      case PAIRWISE ->
          t.check(
              !texts,
              List.of(split + "_data_paths"),
              "dataset_impl pairwise has pos_%s_data_paths and neg_%s_data_paths instead",
              split,
              split);
    }
  }

  private void checkNumbers(String split, Mixture mixture) {
    String of =
        switch (kind) {
          case GPT2 -> split + "_data_paths";
          case PAIRWISE -> "pos_" + split + "_data_paths";
        };
    int number = mixture.paths().size();
    List<Double> weights = mixture.weights();
    checkNumber(split + "_data_weights", "weight", weights.size(), of, number);
    t.check(
        weights.isEmpty() || weights.stream().anyMatch(w -> w > 0),
        List.of(split + "_data_weights"),
        "at least one weight must be above 0");
    String labelKey = of.replace("_data_paths", "_label_data_paths");
    checkNumber(labelKey, "label dataset", mixture.labels().size(), of, number);
    switch (mixture.companion()) {
      case Companion.None _ -> {}
      case Companion.Rewards(List<Path> rewards) ->
          checkNumber(split + "_reward_data_paths", "reward dataset", rewards.size(), of, number);
      case Companion.Rejected(List<Path> rejected, List<Path> labels) -> {
        String neg = "neg_" + split + "_data_paths";
        t.check(
            rejected.size() == number,
            List.of(neg, of),
            "expected one dataset of rejected texts for each of the %d %s, found %d",
            number,
            of,
            rejected.size());
        t.check(
            mixture.labels().size() == number && labels.size() == number,
            List.of("neg_" + split + "_label_data_paths", labelKey, neg),
            "required: a label dataset for each of the %d %s and %s, which says what the answer is",
            number,
            of,
            neg);
      }
    }
  }

  private void checkNumber(String key, String what, int found, String of, int expected) {
    t.check(
        found == 0 || found == expected,
        List.of(key, of),
        "expected one %s for each of the %d %s, found %d",
        what,
        expected,
        of,
        found);
  }

  /// Reports what the datasets of several splits, and the packing, do not allow together.
  static void check(ConfigTable t, DataConfig data) {
    List<Mixture> mixtures = List.of(data.train(), data.valid(), data.test());
    checkAllOrNone(
        t,
        data,
        "_label_data_paths",
        "label datasets",
        mixtures.stream().filter(m -> !m.labels().isEmpty()).count());
    checkAllOrNone(
        t,
        data,
        "_reward_data_paths",
        "reward datasets",
        mixtures.stream().filter(m -> m.companion() instanceof Companion.Rewards).count());
    boolean plain = mixtures.stream().allMatch(m -> m.companion() instanceof Companion.None);
    t.check(
        plain || data.packing() == Packing.UNPACKED,
        List.of("pack_impl", "dataset_impl", "train_reward_data_paths"),
        "pairs and rewards belong to whole documents; set it to unpacked");
  }

  private static void checkAllOrNone(
      ConfigTable t, DataConfig data, String suffix, String what, long given) {
    List<String> keys = SPLITS.stream().map(split -> split + suffix).toList();
    t.check(
        given == 0 || given == SPLITS.size() || !isTexts(data),
        keys,
        "give %s for all three of train, valid and test, or for none: their losses would not"
            + " compare",
        what);
    List<String> keysAndPath = new ArrayList<>(keys);
    keysAndPath.add("data_path");
    t.check(
        given == 0 || data.dataPath().isEmpty(),
        keysAndPath,
        "%s need train_data_paths, valid_data_paths and test_data_paths; data_path has none",
        what);
  }

  /// Whether the datasets are texts, not pairs, which have labels always.
  private static boolean isTexts(DataConfig data) {
    return Stream.of(data.train(), data.valid(), data.test())
        .noneMatch(m -> m.companion() instanceof Companion.Rejected);
  }

  private static final String LABELS =
      "label datasets, one per path: the tokens, negative where none is to be learnt";
}
