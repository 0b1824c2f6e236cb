package neox.inference.load;

import java.nio.file.Path;
import neox.config.model.ModelConfig;
import neox.inference.LanguageModel;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.special.TextBounds;

/// A model opened for inference with all that belongs to it.
///
/// @param source the checkpoint or Hugging Face directory
/// @param iteration training step of the checkpoint, 0 when unknown
/// @param bounds of texts, by the tokenizer's ids
public record LoadedModel(
    Path source,
    long iteration,
    ModelConfig config,
    Tokenizer tokenizer,
    TextBounds bounds,
    LanguageModel model)
    implements AutoCloseable {
  @Override
  public void close() {
    model.close();
  }
}
