package neox.generate.precompute;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.config.DataConfig.Companion;
import neox.config.DataConfig.Mixture;
import neox.config.NeoxConfig;
import neox.config.ObjectiveConfig;
import neox.config.ObjectiveConfig.Reference;

/// Which datasets a reference model is to read.
///
/// @param texts prefixes of datasets, each once
/// @param name what the datasets of log-probabilities add to those names
/// @param seqLength of how many tokens of a document, after its first, training wants to know
public record Datasets(List<Path> texts, String name, int seqLength) {
  /// All texts of the configuration, which are those that training on it would ask for;
  /// [UserException] when it names none.
  public static Datasets of(NeoxConfig config) {
    String name =
        config
            .generate()
            .precomputeModelName()
            .orElseThrow(() ->
                UserException.of(
                    "%s: required but missing: log-probabilities of the dataset DATA go to"
                        + " DATA_NAME, and training finds them by the same NAME",
                    ObjectiveConfig.PRECOMPUTED));
    List<Path> texts = new ArrayList<>();
    config.data().dataPath().ifPresent(texts::add);
    for (Mixture mixture :
        List.of(config.data().train(), config.data().valid(), config.data().test())) {
      texts.addAll(mixture.paths());
      if (mixture.companion() instanceof Companion.Rejected(List<Path> rejected, _)) {
        texts.addAll(rejected);
      }
    }
    if (texts.isEmpty()) {
      throw new UserException(
          "text_gen_type precompute: the configuration names no texts; expected train_data_paths,"
              + " pos_train_data_paths with neg_train_data_paths, or data_path");
    }
    return new Datasets(texts.stream().distinct().toList(), name, config.model().seqLength());
  }

  /// Where the log-probabilities of a dataset go.
  Path target(Path dataset) {
    return Reference.dataset(dataset, name);
  }
}
