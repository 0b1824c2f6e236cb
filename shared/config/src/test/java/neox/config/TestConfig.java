package neox.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import org.assertj.core.api.Assertions;

/// A small complete configuration to which tests add the lines that they are about.
final class TestConfig {
  private static final String MINIMAL =
      """
      num_layers: 2
      hidden_size: 32
      num_attention_heads: 4
      seq_length: 16
      max_position_embeddings: 16
      train_micro_batch_size_per_gpu: 4
      train_iters: 100
      optimizer: {type: Adam, params: {lr: 0.001}}
      tokenizer_type: CharLevelTokenizer
      """;

  /// `lines` at the top, so that their line numbers are known, then what they leave out.
  static String text(String lines) {
    StringBuilder text = new StringBuilder(lines.strip()).append('\n');
    for (String line : MINIMAL.lines().toList()) {
      String key = line.substring(0, line.indexOf(':'));
      boolean given = lines.lines().anyMatch(l -> l.replace('-', '_').startsWith(key + ":"));
      text.append(given ? "" : line + "\n");
    }
    return text.toString();
  }

  static NeoxConfig load(String lines) {
    return loaded(lines, Map.of()).config();
  }

  /// What is wrong with the configuration, one problem a line, the file called `c.yml`.
  static String problems(String lines) {
    return problems(lines, Map.of());
  }

  static String problems(String lines, Map<String, String> overrides) {
    try {
      loaded(lines, overrides);
    } catch (UserException e) {
      return String.valueOf(e.getMessage()).replaceAll("\\S*/c\\.yml", "c.yml");
    }
    return Assertions.fail("no problem was found");
  }

  static LoadedConfig loaded(String lines, Map<String, String> overrides) {
    return read(text(lines), overrides);
  }

  static NeoxConfig load(String lines, RunShape run) {
    return read(text(lines), Map.of(), run).config();
  }

  static LoadedConfig read(String text, Map<String, String> overrides) {
    return read(text, overrides, RunShape.ONE_REPLICA);
  }

  private static LoadedConfig read(String text, Map<String, String> overrides, RunShape run) {
    try {
      Path directory = Files.createTempDirectory("config");
      Path file = directory.resolve("c.yml");
      try {
        Files.writeString(file, text);
        return ConfigLoader.read(
            new ConfigSource(Optional.of(directory), List.of(Path.of("c")), overrides), run);
      } finally {
        Files.delete(file);
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TestConfig() {}
}
