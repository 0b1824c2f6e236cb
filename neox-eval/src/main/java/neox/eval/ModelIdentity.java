package neox.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import neox.base.Version;
import neox.base.text.Sha256;
import neox.inference.load.LoadOptions;
import neox.inference.load.LoadedModel;
import neox.tokenizer.Tokenizer;

/// Everything that a model's answers depend on, as data: which files it was read from, by their
/// sizes and times, and how it computes.
///
/// A copy of a model is another one to this, and so is the same model under another version of
/// neox: answers are asked again rather than believed wrongly.
final class ModelIdentity {

  /// The identity of an open model.
  ///
  /// @param maxLength the longest input that it is given
  static ObjectNode of(ModelLocation location, LoadedModel model, int maxLength)
      throws IOException {
    LoadOptions options = location.options();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("neox", Version.string());
    json.put("model", model.source().toRealPath().toString());
    json.put("iteration", model.iteration());
    json.put("weights", options.weights().name());
    json.put("precision", options.precision().name());
    json.put("quantization", options.quantization().toString());
    json.put("device", options.device());
    json.put("ranks", options.ranks().toString());
    json.put("max_length", maxLength);
    json.put("tokenizer", Sha256.of(vocabulary(model.tokenizer())));
    options.config().ifPresent(c -> json.put("config", Sha256.of(c.effectiveYaml())));
    ArrayNode files = json.putArray("files");
    for (Path file : files(model.source())) {
      BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
      files
          .addObject()
          .put("path", file.toString())
          .put("bytes", about.size())
          .put("modified", about.lastModifiedTime().toString());
    }
    return json;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /// What every token stands for: the tokenizer's files may lie anywhere.
  private static String vocabulary(Tokenizer tokenizer) {
    StringBuilder all = new StringBuilder();
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      all.append(tokenizer.has(id) ? tokenizer.decode(id) : "").append('\n');
    }
    return all.toString();
  }

  private ModelIdentity() {}
}
