package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import neox.config.RecomputeConfig;
import neox.config.RecomputeConfig.Part;
import neox.config.model.Activation;
import neox.config.model.Dims;
import neox.config.model.DropoutConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.tensor.fixture.NativeHeap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Recomputed blocks give the loss and the gradients of blocks that are kept, to the last bit.
class RecomputationTest {
  private static final int LENGTH = 24;

  private static final List<RecomputeConfig> RECOMPUTED =
      List.of(
          new RecomputeConfig.Blocks(1),
          new RecomputeConfig.Blocks(2),
          new RecomputeConfig.Blocks(7),
          new RecomputeConfig.Selected(Set.of(Part.CORE_ATTN)),
          new RecomputeConfig.Selected(Set.of(Part.CORE_ATTN, Part.MLP)));

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  static Stream<ModelConfig> architectures() {
    return Stream.of(
        Configs.pythia(),
        Configs.pythia().withTransformers(b -> b.withResidual(Residual.PARALLEL_TIED_NORM)),
        Configs.gpt3()
            .withBlocks(
                Collections.nCopies(
                    3, new GmlpConfig(Activation.GELU, false, OptionalInt.of(8), false))),
        Configs.gpt3(),
        Configs.llama(),
        Configs.withWindow(Configs.llama(), 9),
        Configs.gpt3().withPositions(Configs.positions(Positions.Name.RPE)),
        Configs.gpt3().withPositions(Configs.positions(Positions.Name.ALIBI)),
        Configs.gpt3().withPositions(Configs.positions(Positions.Name.SINUSOIDAL)),
        Configs.withActivation(Configs.pythia(), Activation.GEGLU)
            .withNorm(Configs.norm(Norm.Name.SCALENORM)));
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void givesTheSameBitsInEveryArchitecture(ModelConfig config) {
    assertSameBits(config);
  }

  /// What is dropped the second time is what was dropped the first time.
  @ParameterizedTest
  @MethodSource("architectures")
  void givesTheSameBitsWithDropout(ModelConfig config) {
    assertSameBits(config.withDropout(new DropoutConfig(0.1, 0.2)));
  }

  private static void assertSameBits(ModelConfig config) {
    List<float[]> kept = gradients(config, new RecomputeConfig.Nothing(), ScalarType.Float);
    for (RecomputeConfig recompute : RECOMPUTED) {
      List<float[]> again = gradients(config, recompute, ScalarType.Float);
      assertThat(again).as("%s", recompute).hasSameSizeAs(kept);
      for (int i = 0; i < kept.size(); i++) {
        assertThat(again.get(i)).as("%s, tensor %d", recompute, i).isEqualTo(kept.get(i));
      }
    }
  }

  @Test
  void givesTheSameBitsInBfloat16() {
    ModelConfig config = Configs.llama().withDropout(new DropoutConfig(0.1, 0.1));
    List<float[]> kept = gradients(config, new RecomputeConfig.Nothing(), ScalarType.BFloat16);
    List<float[]> again = gradients(config, new RecomputeConfig.Blocks(2), ScalarType.BFloat16);
    for (int i = 0; i < kept.size(); i++) {
      assertThat(again.get(i)).isEqualTo(kept.get(i));
    }
  }

  /// Nothing before the blocks is trained, so that no input of theirs has a gradient.
  @Test
  void blocksLearnThoughTheirInputDoesNot() {
    ModelConfig config = Configs.pythia();
    List<float[]> kept = frozen(config, new RecomputeConfig.Nothing());
    List<float[]> again = frozen(config, new RecomputeConfig.Blocks(2));
    assertThat(kept).hasSizeGreaterThan(30);
    for (int i = 0; i < kept.size(); i++) {
      assertThat(again.get(i)).isEqualTo(kept.get(i));
    }
  }

  private static List<float[]> frozen(ModelConfig config, RecomputeConfig recompute) {
    try (Network network = network(config, recompute, ScalarType.Float)) {
      network.parameters().getFirst().value().set_requires_grad(false);
      return gradients(network);
    }
  }

  /// The random numbers that come after a step are the same, too.
  @Test
  void leavesTheRandomStateAsItWouldBe() {
    ModelConfig config = Configs.gpt3().withDropout(new DropoutConfig(0.1, 0.2));
    gradients(config, new RecomputeConfig.Nothing(), ScalarType.Float);
    byte[] expected = RandomState.save();
    gradients(config, new RecomputeConfig.Blocks(1), ScalarType.Float);
    assertThat(RandomState.save()).isEqualTo(expected);
  }

  /// 8 blocks; what is kept between forward and backward is memory of this process.
  @Test
  void keepsLessBetweenForwardAndBackward() throws Exception {
    ModelConfig config = Configs.pythia();
    ModelConfig deep =
        config
            .withDims(new Dims(64, 4, 4, 512, 512, 128))
            .withBlocks(Collections.nCopies(8, config.blocks().getFirst()));
    growth(deep, new RecomputeConfig.Blocks(1)); // whatever is made once
    long blocks = growth(deep, new RecomputeConfig.Blocks(1));
    long parts = growth(deep, new RecomputeConfig.Selected(Set.of(Part.CORE_ATTN, Part.MLP)));
    long kept = growth(deep, new RecomputeConfig.Nothing());
    assertThat(blocks).isLessThan(kept / 3);
    assertThat(parts).isBetween(blocks, kept * 2 / 3);
  }

  private static long growth(ModelConfig config, RecomputeConfig recompute) throws Exception {
    try (Network network = network(config, recompute, ScalarType.Float)) {
      return NativeHeap.median(() -> {
        try (var _ = Scope.open()) {
          long before = NativeHeap.bytes();
          Tensor loss = Passes.loss(network, Passes.tokens(8, 513));
          long grown = NativeHeap.bytes() - before;
          assertThat(loss.requires_grad()).isTrue();
          return grown;
        }
      });
    }
  }

  private static Network network(ModelConfig config, RecomputeConfig recompute, ScalarType type) {
    return Passes.random(config, Passes.training(type).withRecompute(recompute));
  }

  private static List<float[]> gradients(
      ModelConfig config, RecomputeConfig recompute, ScalarType type) {
    try (Network network = network(config, recompute, type)) {
      return gradients(network);
    }
  }

  /// The loss, then the gradient of each parameter, of two micro-batches under way together.
  private static List<float[]> gradients(Network network) {
    RandomState.seed(3);
    List<float[]> result = new ArrayList<>();
    try (var _ = Scope.open()) {
      Tensor first = Passes.loss(network, Passes.tokens(2, LENGTH + 1));
      Tensor second = Passes.loss(network, Passes.tokens(3, LENGTH / 2 + 1));
      first.backward();
      second.backward();
      result.add(TensorData.floats(first));
      result.add(TensorData.floats(second));
      for (Parameter parameter : network.parameters()) {
        Gradients.of(parameter.value()).ifPresent(g -> result.add(TensorData.floats(g)));
      }
    }
    return result;
  }
}
