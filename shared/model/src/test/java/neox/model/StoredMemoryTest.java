package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.model.NetworkOptions.Memory;
import neox.tensor.NativeRuntime;
import neox.weights.safetensors.SafetensorsFile;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Networks whose parameters lie in a mapped file.
class StoredMemoryTest {
  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private SafetensorsFile file() throws IOException {
    Path file = directory.resolve("model.safetensors");
    Files.write(file, Golden.bytes("pythia_step20.safetensors"));
    return SafetensorsFile.open(file);
  }

  private static Network network(SafetensorsFile store, ScalarType type, Memory memory) {
    return Network.of(
        store, Configs.spec(Configs.pythia()), Passes.inference(type).withMemory(memory));
  }

  @Test
  void usesWeightsWhereTheyLie() throws IOException {
    SafetensorsFile store = file();
    try (Network network = network(store, ScalarType.Float, Memory.STORED)) {
      network.closeWith(store);
      List<Parameter> there =
          network.parameters().stream().filter(p -> p.value().storage().nbytes() > 0).toList();
      // the matrices of projections are held by these
      assertThat(there).hasSizeGreaterThan(20);
      assertThat(there)
          .allSatisfy(parameter ->
              assertThat(parameter.value().data_ptr().address())
                  .isEqualTo(store.view(parameter.spec().key()).bytes().address()));
    }
    assertThatThrownBy(
            () -> store.view("0.word_embeddings.weight").bytes().get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class); // closed with the network
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Float", "BFloat16", "Double"})
  void computesWhatANetworkWithCopiesDoes(ScalarType type) throws IOException {
    try (SafetensorsFile store = file();
        Network stored = network(store, type, Memory.STORED);
        Network own = network(store, type, Memory.OWN)) {
      for (int tokens : new int[] {3, 40}) {
        int[][] rows = Passes.tokens(1, tokens);
        assertThat(Passes.logits(stored, rows)).isEqualTo(Passes.logits(own, rows));
      }
    }
  }

  @Test
  void isNotForTraining() {
    NetworkOptions training = Passes.training(ScalarType.Float);
    assertThatThrownBy(() -> training.withMemory(Memory.STORED))
        .hasMessage("weights that cannot be changed are not trained");
    assertThatThrownBy(() -> training.withQuantization(Quantization.INT8))
        .hasMessage("weights that cannot be changed are not trained");
  }
}
