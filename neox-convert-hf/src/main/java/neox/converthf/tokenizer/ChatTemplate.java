package neox.converthf.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// The template of conversations that lies beside a vocabulary: in a file of its own, as since
/// transformers 4.50, or in `tokenizer_config.json`. It is written in both places.
///
/// @param json a text, or several with their names
record ChatTemplate(JsonNode json) {
  static final String FILE = "chat_template.jinja";
  static final String KEY = "chat_template";

  /// The one beside `vocabulary`, if any.
  static Optional<ChatTemplate> beside(Path vocabulary) {
    try {
      Path own = vocabulary.resolveSibling(FILE);
      if (Files.exists(own)) {
        return Optional.of(
            new ChatTemplate(Json.mapper().getNodeFactory().textNode(NamedFiles.readString(own))));
      }
      Path config = vocabulary.resolveSibling("tokenizer_config.json");
      JsonNode found =
          Files.exists(config)
              ? Json.read(config).path(KEY)
              : Json.mapper().getNodeFactory().missingNode();
      return found.isTextual() || found.isArray()
          ? Optional.of(new ChatTemplate(found))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the file, which holds one template.
  void write(Path directory) throws IOException {
    if (json.isTextual()) {
      NamedFiles.writeString(directory.resolve(FILE), json.asText());
    }
  }
}
