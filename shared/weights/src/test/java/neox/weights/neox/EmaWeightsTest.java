package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.Reading.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The average of the weights, in place of what the network computes with.
class EmaWeightsTest {
  private static final Path STORED = Golden.path("checkpoints/A_bf16/global_step20");
  private static final String AVERAGED = "6.norm.bias";

  @TempDir Path directory;

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.list(STORED)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
  }

  private NeoxCheckpoint open() throws IOException {
    return NeoxCheckpoint.open(
        directory,
        OptionalLong.empty(),
        ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(STORED)).config(),
        Reading.PLAIN.withWeights(Weights.EMA));
  }

  private static TensorView ramp(long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + i * 0x1p-20f;
    }
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, count);
    bytes.copyFrom(MemorySegment.ofArray(values));
    return new TensorView(DType.FLOAT32, Shape.of(count), bytes);
  }

  @Test
  void isReadWhereItIsAndTheNetworksOwnWhereNothingWasTrained() throws IOException {
    TensorView average = ramp(64);
    EmaFile.write(directory, List.of(NamedTensor.of(AVERAGED, average)));
    try (NeoxCheckpoint ema = open();
        NeoxCheckpoint model = NeoxCheckpoint.open(STORED, OptionalLong.empty())) {
      assertThat(Golden.bytes(ema.view(AVERAGED))).isEqualTo(Golden.bytes(average));
      for (String name : model.names()) {
        assertThat(ema.dtype(name)).isEqualTo(DType.FLOAT32);
        if (!name.equals(AVERAGED)) {
          assertThat(Golden.bytes(ema.view(name)))
              .as(name)
              .isEqualTo(Golden.bytes(Floats.convert(model.view(name), DType.FLOAT32)));
        }
      }
    }
  }

  @Test
  void isRefusedWhereThereIsNoneOrThatOfAnotherNetwork() throws IOException {
    assertRefused(
        directory
            + ": no average of the weights (neox_ema.safetensors); training keeps one with"
            + " ema.enable: true");
    Path file = directory.resolve(EmaFile.NAME);
    EmaFile.write(directory, List.of(NamedTensor.of("9.norm.bias", ramp(64))));
    assertRefused(
        file
            + ": 9.norm.bias is no parameter of the configured network; it is the average of"
            + " another");
    EmaFile.write(directory, List.of(NamedTensor.of(AVERAGED, ramp(32))));
    assertRefused(file + ": 6.norm.bias is FLOAT32 [32]; expected FLOAT32 [64]");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::open).isInstanceOf(UserException.class).hasMessage(message);
  }
}
