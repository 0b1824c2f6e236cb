package neox.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Where the tokens come from.
///
/// @param dataPath one prefix that `split` divides (`data_path`)
/// @param split relative shares of train, validation and test (`split`)
/// @param train datasets of their own for each split, instead of `dataPath`
/// @param stages other mixtures of training data from some point on (`data_stages`)
/// @param weightByDocuments weights follow from the numbers of documents
///   (`weight_by_num_documents`)
/// @param samplerAlpha how much so (`weighted_sampler_alpha`)
/// @param packing how documents become samples (`pack_impl`)
/// @param allowChopped documents longer than a sample are used, not skipped (`allow_chopped`)
/// @param eodMaskLoss no loss for predictions made from an end-of-document token (`eod_mask_loss`)
/// @param documentMask what the documents of a sample know of each other
/// @param fim what is reordered of the training texts; empty: nothing
/// @param seed decides the order of the samples and every other random choice (`seed`)
public record DataConfig(
    Optional<Path> dataPath,
    String split,
    Mixture train,
    List<DataStage> stages,
    Mixture valid,
    Mixture test,
    boolean weightByDocuments,
    double samplerAlpha,
    Packing packing,
    boolean allowChopped,
    boolean eodMaskLoss,
    DocumentMask documentMask,
    Optional<FimConfig> fim,
    boolean mmapWarmup,
    long seed) {

  /// Datasets to blend.
  ///
  /// @param labels prefixes of label datasets, one per path; empty when every token is a label
  /// @param weights relative, one per path; empty when they are not given
  /// @param companion what belongs to each dataset besides
  public record Mixture(
      List<Path> paths, List<Path> labels, List<Double> weights, Companion companion) {
    public Mixture {
      paths = List.copyOf(paths);
      labels = List.copyOf(labels);
      weights = List.copyOf(weights);
    }

    /// One dataset alone.
    public static Mixture of(Path path) {
      return new Mixture(List.of(path), List.of(), List.of(), new Companion.None());
    }

    /// The weights of the datasets, all 1 when they are not given.
    public List<Double> weightsOrOnes() {
      return weights.isEmpty() ? Collections.nCopies(paths.size(), 1.0) : weights;
    }

    /// Whether several datasets are mixed by weights that are given.
    boolean isWeighted() {
      return paths.size() > 1 && !weights.isEmpty();
    }

    /// Whether the split has no datasets of its own.
    public boolean isEmpty() {
      return paths.isEmpty();
    }
  }

  /// What belongs to each dataset of a mixture besides its labels.
  public sealed interface Companion {
    /// Nothing.
    record None() implements Companion {}

    /// The same documents as they should not be (`neg_…_data_paths`), with their labels.
    record Rejected(List<Path> paths, List<Path> labels) implements Companion {}

    /// A number for each document (`…_reward_data_paths`).
    record Rewards(List<Path> paths) implements Companion {}

    /// Rows of a micro-batch that each sample is.
    default int rows() {
      return switch (this) {
        case None _, Rewards _ -> 1;
        case Rejected _ -> 2;
      };
    }
  }

  /// Keys of datasets for each split, which are another way to say `data_path`.
  private static final List<String> LISTS =
      Stream.of("train", "valid", "test")
          .flatMap(split ->
              Stream.of(
                  split + "_data_paths",
                  split + "_label_data_paths",
                  split + "_data_weights",
                  split + "_reward_data_paths",
                  "pos_" + split + "_data_paths",
                  "pos_" + split + "_label_data_paths",
                  "neg_" + split + "_data_paths",
                  "neg_" + split + "_label_data_paths"))
          .toList();

  static DataConfig from(ConfigTable t) {
    t.section("Data");
    t.displace(List.of("data_path"), LISTS);
    t.displace(LISTS, List.of("data_path"));
    Optional<Path> dataPath = t.path("data_path", "prefix of one dataset, divided by split");
    String split =
        t.text(
            "split",
            "969, 30, 1",
            "shares of train, validation and test; a fourth counts for nothing");
    MixtureKeys mixtures = MixtureKeys.from(t);
    Mixture train = mixtures.read("train", "prefixes to blend for training, instead of data_path");
    DataConfig data =
        new DataConfig(
            dataPath,
            split,
            train,
            DataStage.from(t, train),
            mixtures.read("valid", "prefixes to blend for validation"),
            mixtures.read("test", "prefixes to blend for test"),
            t.flag(
                "weight_by_num_documents",
                false,
                "weights follow from the numbers of documents, whatever the weights given"),
            t.real(
                "weighted_sampler_alpha",
                1.0,
                Range.atLeast(0),
                "exponent on the share of documents, with weight_by_num_documents"),
            t.choice("pack_impl", Packing.PACKED, "how documents become samples"),
            t.flag(
                "allow_chopped",
                true,
                "use documents longer than a sample; other kinds of packing than packed alone"),
            t.flag("eod_mask_loss", false, "no loss for predictions made from an end of document"),
            DocumentMask.from(t),
            FimConfig.from(t),
            t.flag("mmap_warmup", false, "read the files once before training"),
            t.count("seed", 1234, Range.between(1, Integer.MAX_VALUE), "of every random choice"));
    data.checkRules(t);
    return data;
  }

  private void checkRules(ConfigTable t) {
    boolean any = !train.isEmpty() || !valid.isEmpty() || !test.isEmpty();
    boolean all = !train.isEmpty() && !valid.isEmpty() && !test.isEmpty();
    t.check(
        !any || all,
        List.of("train_data_paths", "valid_data_paths", "test_data_paths"),
        "give all three of train_data_paths, valid_data_paths and test_data_paths, or none");
    t.check(
        !any || dataPath.isEmpty(),
        List.of("data_path", "train_data_paths"),
        "give either data_path or the three lists train_data_paths …, not both");
    MixtureKeys.check(t, this);
    checkFim(t);
    checkStages(t);
    t.check(
        splitIsValid(split),
        List.of("split"),
        "expected up to three shares like '969, 30, 1' that are not all 0, found '%s'",
        split);
  }

  private void checkStages(ConfigTable t) {
    t.check(
        stages.isEmpty() || !train.isEmpty(),
        List.of("data_stages", "data_path"),
        "needs train_data_paths, the mixture of the first stage");
    t.check(
        stages.isEmpty() || !weightByDocuments,
        List.of("data_stages", "weight_by_num_documents"),
        "contradicts weight_by_num_documents, which passes over the weights that are given");
    t.check(
        stages.isEmpty() || train.paths().stream().distinct().count() == train.paths().size(),
        List.of("data_stages", "train_data_paths"),
        "needs each of the train_data_paths once; found one that is named twice");
    t.check(
        stages.isEmpty() || train.companion() instanceof Companion.None,
        List.of("data_stages", "dataset_impl", "train_reward_data_paths"),
        "not built yet for pairs of texts and for rewards; remove it");
  }

  private void checkFim(ConfigTable t) {
    t.check(
        fim.isEmpty() || train.labels().isEmpty(),
        List.of("fim_rate", "train_label_data_paths"),
        "a label dataset says of a text in its own order what is to be learnt; set fim_rate to 0"
            + " or train without train_label_data_paths");
    t.check(
        fim.isEmpty() || train.companion() instanceof Companion.None,
        List.of("fim_rate", "dataset_impl", "train_reward_data_paths"),
        "texts that are compared or rewarded are learnt in their own order; set fim_rate to 0");
  }

  /// NeoX compat: commas separate, else slashes; shares after the third mean nothing.
  private static boolean splitIsValid(String split) {
    List<String> shares =
        Arrays.stream(split.split(split.contains(",") ? "," : "/", -1)).map(String::strip).toList();
    if (!shares.stream().allMatch(share -> share.matches("\\d+(\\.\\d*)?|\\.\\d+"))) {
      return false;
    }
    double sum = shares.stream().limit(SPLITS).mapToDouble(Double::parseDouble).sum();
    return sum > 0 && Double.isFinite(sum);
  }

  /// Training, validation and test.
  private static final int SPLITS = 3;
}
