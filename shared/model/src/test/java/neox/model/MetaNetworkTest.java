package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.Vocabulary;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Networks that are shapes without memory.
class MetaNetworkTest {
  private static final NetworkOptions META =
      NetworkOptions.training(Placement.meta(ScalarType.BFloat16));

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// 41 GB in bfloat16, if it had memory; arXiv:2204.06745 says 20.55 billion.
  @Test
  void countsTheParametersOfTwentyBillionWithoutMemory() throws IOException {
    ConfigSource source = ConfigSource.of(Path.of("../../configs/20B.yml"));
    ModelConfig config = ConfigLoader.readModel(source).config().model();
    NetworkSpec spec =
        NetworkSpec.of(config, Vocabulary.padded(50277, config.dims().vocabDivisor(), 1));
    try (Network network = Network.build(spec, META)) {
      assertThat(count(network)).isEqualTo(spec.parameterCount()).isEqualTo(20_554_567_680L);
      assertThat(network.parameters()).allMatch(parameter -> parameter.value().is_meta());
      assertThat(network.parameters()).allMatch(parameter -> parameter.value().requires_grad());
      assertThat(network.placement().device()).isEqualTo(Device.META);
    }
  }

  @ParameterizedTest
  @EnumSource(Positions.Name.class)
  void hasTheShapesOfEveryKindOfPosition(Positions.Name position) {
    NetworkSpec spec = Configs.spec(Configs.llama().withPositions(Configs.positions(position)));
    try (Network network = Network.build(spec, META)) {
      assertThat(count(network)).isEqualTo(spec.parameterCount());
    }
  }

  private static long count(Network network) {
    return network.parameters().stream().mapToLong(parameter -> parameter.value().numel()).sum();
  }
}
