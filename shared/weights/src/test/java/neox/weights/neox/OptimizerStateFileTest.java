package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.OptimizerStateFile.Header;
import neox.weights.safetensors.SafetensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptimizerStateFileTest {
  @TempDir Path directory;

  @Test
  void keepsNamedSlotsByParameter() throws IOException {
    assertThat(OptimizerStateFile.isIn(directory)).isFalse();
    Header header = new Header("Lion", List.of("exp_avg"), 17);
    OptimizerStateFile.write(
        directory,
        header,
        List.of(tensor("2.a.exp_avg", 1, 2), tensor("2.b.exp_avg", 5), tensor("2.b.master", 7)));
    assertThat(OptimizerStateFile.isIn(directory)).isTrue();
    try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
      assertThat(file.header()).isEqualTo(header);
      assertThat(file.names())
          .containsExactlyInAnyOrder("2.a.exp_avg", "2.b.exp_avg", "2.b.master");
      assertThat(Golden.values(file.view("2.a.exp_avg"))).containsExactly(1, 2);
      assertThat(Golden.values(file.view("2.b.master"))).containsExactly(7);
      assertThatThrownBy(() -> file.view("2.c.exp_avg"))
          .hasMessage(file() + ": tensor 2.c.exp_avg is missing");
    }
  }

  @Test
  void aRuleThatRemembersNothingHasAnEmptyFile() throws IOException {
    Header header = new Header("SGD", List.of(), 3);
    OptimizerStateFile.write(directory, header, List.of());
    try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
      assertThat(file.header()).isEqualTo(header);
      assertThat(file.names()).isEmpty();
    }
  }

  @Test
  void takesAFileThatNamesNoRuleForTheStateOfAdamW() throws IOException {
    write(Map.of("step", "4"), "0.w.exp_avg", "0.w.exp_avg_sq", "0.w.master");
    try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
      assertThat(file.header()).isEqualTo(new Header("AdamW", List.of("exp_avg", "exp_avg_sq"), 4));
    }
  }

  @Test
  void namesJoinKeysAndSlots() {
    String name = OptimizerStateFile.name("0.word_embeddings.weight", "exp_avg");
    assertThat(name).isEqualTo("0.word_embeddings.weight.exp_avg");
    assertThat(OptimizerStateFile.key(name)).isEqualTo("0.word_embeddings.weight");
    assertThat(OptimizerStateFile.slot(name)).isEqualTo("exp_avg");
  }

  @Test
  void refusesIncompleteState() throws IOException {
    assertThatThrownBy(() -> OptimizerStateFile.open(directory))
        .hasMessage(
            directory
                + ": no optimizer state (neox_optimizer.safetensors); continue with its weights"
                + " alone by no_load_optim: true or finetune: true");
    write(Map.of("step", "1"), "a.exp_avg");
    assertThatThrownBy(() -> OptimizerStateFile.open(directory))
        .hasMessage(file() + ": tensor a.exp_avg_sq is missing");
    write(Map.of("step", "1"), "a");
    assertThatThrownBy(() -> OptimizerStateFile.open(directory))
        .hasMessage(file() + ": tensor a is no optimizer state");
    write(Map.of("step", "1", "rule", "Lion", "slots", "exp_avg"), "a.exp_avg", "a.exp_avg_sq");
    assertThatThrownBy(() -> OptimizerStateFile.open(directory))
        .hasMessage(file() + ": tensor a.exp_avg_sq is no optimizer state");
    write(Map.of(), "a.exp_avg");
    assertThatThrownBy(() -> OptimizerStateFile.open(directory))
        .hasMessage(file() + ": its metadata names no step, but ''");
  }

  private Path file() {
    return directory.resolve("neox_optimizer.safetensors");
  }

  private void write(Map<String, String> metadata, String... names) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : names) {
      tensors.add(tensor(name, 1));
    }
    SafetensorsWriter.writeFile(file(), tensors, metadata);
  }

  private static NamedTensor tensor(String name, float... values) {
    return NamedTensor.of(
        name,
        new TensorView(DType.FLOAT32, Shape.of(values.length), MemorySegment.ofArray(values)));
  }
}
