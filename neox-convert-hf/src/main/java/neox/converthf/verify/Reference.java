package neox.converthf.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import neox.base.UserException;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.TensorStore;
import neox.weights.source.TensorSources;

/// A Hugging Face directory as transformers understands it, in plain Java: slow, in double
/// precision, and told from transformers' formulas alone.
final class Reference implements AutoCloseable {
  private final Path directory;
  private final JsonNode config;
  private final TensorStore store;
  private final ReferenceTensors tensors;

  private Reference(Path directory, JsonNode config, TensorStore store, ReferenceTensors tensors) {
    this.directory = directory;
    this.config = config;
    this.store = store;
    this.tensors = tensors;
  }

  static Reference open(Path directory) throws IOException {
    JsonNode config = Json.read(directory.resolve("config.json"));
    StoredNames names = StoredNames.of(config.path("model_type").asText());
    TensorStore store = TensorSources.openDirectory(directory);
    boolean named = false;
    try {
      ReferenceTensors tensors =
          new ReferenceTensors(store, names.in(store, directory, config), names.embedding());
      named = true;
      return new Reference(directory, config, store, tensors);
    } finally {
      if (!named) {
        store.close();
      }
    }
  }

  /// Rows of the embedding.
  int vocabSize() {
    return config.path("vocab_size").asInt();
  }

  /// The longest text.
  int positions() {
    return config.path("max_position_embeddings").asInt();
  }

  /// Tokens that each one sees, itself included; as many as there are positions without a window.
  int window() {
    JsonNode window = config.path("sliding_window");
    return window.isInt() ? Math.min(window.asInt(), positions()) : positions();
  }

  /// The type of the weights.
  DType type() {
    return tensors.type();
  }

  /// `[s][V]`; [UserException] when a tensor is missing, or there is one that is never read.
  double[][] logits(int[] tokens) {
    String type = config.path("model_type").asText();
    double[][] logits =
        switch (type) {
          case "gpt_neox" -> new GptNeoxReference(config, tensors).logits(tokens);
          case "llama", "mistral" -> new LlamaReference(config, tensors, window()).logits(tokens);
          default ->
              throw UserException.of(
                  "%s: model_type %s; can be verified: gpt_neox, llama, mistral", directory, type);
        };
    if (!tensors.unused().isEmpty()) {
      throw UserException.of(
          "%s: tensor %s is read by no formula of transformers' %s",
          directory, tensors.unused().iterator().next(), type);
    }
    return logits;
  }

  /// a + b, into `a`.
  static double[][] add(double[][] a, double[][] b) {
    for (int t = 0; t < a.length; t++) {
      for (int i = 0; i < a[t].length; i++) {
        a[t][i] += b[t][i];
      }
    }
    return a;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
