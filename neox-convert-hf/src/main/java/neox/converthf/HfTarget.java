package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.converthf.tokenizer.HfTokenizer;
import neox.weights.DType;
import neox.weights.hf.HfFamily;
import neox.weights.hf.HfModel;

/// A directory of Hugging Face.
///
/// @param wanted the family; the first that can express the network where there is none
/// @param dtype of the weights; as stored where there is none
/// @param maxShardBytes of a weight file
/// @param vocabulary which rows of the padded vocabulary are kept
/// @param tokenizer whose files are written
record HfTarget(
    Optional<HfFamily> wanted,
    Optional<DType> dtype,
    long maxShardBytes,
    VocabularyRows vocabulary,
    TokenizerChoice tokenizer)
    implements Target {
  private HfFamily family(ModelConfig model) {
    return wanted.orElseGet(() -> HfFamily.of(model));
  }

  @Override
  public List<String> obstacles(ModelConfig model) {
    List<String> reasons = new ArrayList<>(family(model).obstacles(model));
    if (model.head().output() == Output.REWARD && tokenizer.padId().isEmpty()) {
      reasons.add(
          "transformers looks for the end of a text before its padding to reward it (train_impl: rm);"
              + " name the padding with --pad-token-id");
    }
    return reasons;
  }

  @Override
  public boolean isIn(Path directory) {
    return HfModel.isIn(directory);
  }

  @Override
  public String description() {
    return "Hugging Face model";
  }

  @Override
  public String write(SourceModel model, Path directory, String name, Console console)
      throws IOException {
    HfTokenizer opened = tokenizer.open(model, console);
    SourceModel kept = vocabulary.of(model, opened.size());
    opened.requireFits(kept.network().paddedVocab());
    HfFamily family = family(model.network().config());
    DType type = dtype.orElseGet(kept::storedType);
    Conversion conversion = new Conversion(kept, family, type, maxShardBytes);
    conversion.write(directory, opened.special(), console);
    tokenizer.write(opened, directory, kept.network().config().longest());
    ModelCard card = new ModelCard(name, family, type, kept);
    NamedFiles.writeString(directory.resolve(ModelCard.FILE), card.markdown());
    return conversion.summary();
  }
}
