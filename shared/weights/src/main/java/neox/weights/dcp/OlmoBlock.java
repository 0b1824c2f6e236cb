package neox.weights.dcp;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.UserException;
import neox.base.json.Json;

/// OLMo-core's kinds of blocks. They have the same names whether norms stand before attention and
/// MLP, as Llama's do, or after them, as OLMo 2's: only the run's `config.json` tells.
final class OlmoBlock {
  private static final String LIKE_LLAMA = "default";

  /// [UserException] unless the run of the checkpoint in `directory` had Llama's blocks.
  static void requireLikeLlama(Path directory) throws IOException {
    for (Path place : List.of(directory, directory.toAbsolutePath().normalize().resolve(".."))) {
      Path file = place.resolve("config.json").normalize();
      if (Files.isRegularFile(file)) {
        JsonNode model = Json.read(file).path("model");
        String block = model.path("block").path("name").asText("");
        if (!block.equals(LIKE_LLAMA) || !model.path("block_overrides").isEmpty()) {
          throw UserException.of(
              "%s: its blocks are '%s'%s; can be converted: '%s', the blocks of Llama",
              file,
              block,
              model.path("block_overrides").isEmpty() ? "" : ", some of them overridden",
              LIKE_LLAMA);
        }
        return;
      }
    }
    throw UserException.of(
        "%s: the names of OLMo-core do not tell where a block's norms stand; expected the run's"
            + " config.json there or one directory above",
        directory);
  }

  private OlmoBlock() {}
}
