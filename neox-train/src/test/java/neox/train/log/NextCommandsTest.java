package neox.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.model.ModelConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NextCommandsTest {
  @TempDir Path directory;

  @Test
  void areTriedOutAndPublished() throws IOException {
    assertThat(new NextCommands(Path.of("demo/checkpoints"), model("rotary")).lines())
        .containsExactly(
            "echo 'Once upon a time' | neox-generate --model demo/checkpoints -i -",
            "neox-convert-hf --input_dir demo/checkpoints --output_dir demo/checkpoints-hf");
  }

  @Test
  void areWordsForAShell() throws IOException {
    assertThat(new NextCommands(Path.of("my model's"), model("rotary")).lines().getFirst())
        .endsWith("--model 'my model'\\''s' -i -");
  }

  @Test
  void doNotConvertWhatNoFamilyOfTransformersCanExpress() throws IOException {
    assertThat(new NextCommands(Path.of("save"), model("alibi")).lines()).hasSize(1);
  }

  private ModelConfig model(String positions) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("a.yml"),
            """
            num_layers: 2
            hidden_size: 32
            num_attention_heads: 2
            seq_length: 32
            max_position_embeddings: 32
            no_weight_tying: true
            train_micro_batch_size_per_gpu: 2
            train_iters: 1
            lr_decay_iters: 1
            optimizer: {params: {lr: 0.1}}
            """);
    ConfigSource source =
        new ConfigSource(Optional.empty(), List.of(file), Map.of("pos_emb", positions));
    return ConfigLoader.readModel(source).config().model();
  }
}
