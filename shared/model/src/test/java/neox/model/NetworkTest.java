package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import neox.base.UserException;
import neox.config.Activation;
import neox.config.ModelConfig;
import neox.config.Norm;
import neox.config.PositionEmbedding;
import neox.parallel.TensorParallel;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  private static final NetworkOptions FLOAT = NetworkOptions.inference(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static Network random(ModelConfig config, NetworkOptions options) {
    Network network = Network.build(config, Configs.VOCAB, options);
    network.initialize(1);
    return network;
  }

  private static int[][] tokens(int rows, int length) {
    Random random = new Random(5);
    int[][] tokens = new int[rows][];
    for (int r = 0; r < rows; r++) {
      tokens[r] = random.ints(length, 0, Configs.VOCAB).toArray();
    }
    return tokens;
  }

  private static Tensor loss(Network network, int[][] rows) {
    Tensor text = TensorData.ofIds(rows);
    long s = text.size(1) - 1;
    return network.loss(text.narrow(1, 0, s), text.narrow(1, 1, s), torch.ones(text.size(0), s));
  }

  @Test
  void numbersItsLayersAsNeoXDoes() {
    try (Network network = Network.build(Configs.pythia(), Configs.VOCAB, FLOAT)) {
      assertThat(network.layers().stream().map(Layer::index)).containsExactly(0, 2, 3, 4, 6, 7);
      assertThat(network.parameters()).hasSize(1 + 3 * 12 + 2 + 1);
      assertThat(network.paddedVocab()).isEqualTo(Configs.VOCAB);
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gradientsEqualFiniteDifferencesForEveryActivation(Activation activation) {
    checkGradients(new Configs(Configs.gpt3()).activation(activation));
  }

  @ParameterizedTest
  @EnumSource(Norm.class)
  void gradientsEqualFiniteDifferencesForEveryNorm(Norm norm) {
    checkGradients(new Configs(Configs.pythia()).norm(norm));
  }

  @ParameterizedTest
  @EnumSource(names = {"LEARNED", "ROTARY", "SINUSOIDAL", "NONE"})
  void gradientsEqualFiniteDifferencesForEveryPosition(PositionEmbedding position) {
    checkGradients(new Configs(Configs.llama()).position(position));
  }

  /// In double precision, along one random direction through all parameters at once.
  private static void checkGradients(ModelConfig config) {
    NetworkOptions options = NetworkOptions.training(ScalarType.Double);
    int[][] rows = tokens(2, 9);
    try (Network network = random(config, options);
        var _ = Scope.open()) {
      loss(network, rows).backward();
      RandomState.seed(3);
      double step = 1e-8; // small: relu has kinks
      double slope = 0;
      List<Tensor> directions =
          network.parameters().stream()
              .map(p -> torch.randn(p.spec().shape().sizes()).to(ScalarType.Double))
              .toList();
      for (int i = 0; i < directions.size(); i++) {
        Tensor gradient = Gradients.of(network.parameters().get(i).value()).orElseThrow();
        slope += gradient.mul(directions.get(i)).sum().item_double();
      }
      move(network, directions, step);
      double above = loss(network, rows).item_double();
      move(network, directions, -2 * step);
      double below = loss(network, rows).item_double();
      // Rounding of two losses near 6 leaves 1e-15 / 1e-8 = 1e-7; some kinks are crossed even so.
      assertThat((above - below) / (2 * step))
          .isCloseTo(slope, within(1e-5 * Math.abs(slope) + 1e-5));
    }
  }

  private static void move(Network network, List<Tensor> directions, double by) {
    try (NoGradGuard _ = new NoGradGuard()) {
      for (int i = 0; i < directions.size(); i++) {
        network.parameters().get(i).value().add_(directions.get(i), new Scalar(by));
      }
    }
  }

  @Test
  void lossCountsOnlyWhatTheMaskLeaves() {
    try (Network network = random(Configs.gpt3(), FLOAT);
        var _ = Scope.open()) {
      Tensor text = TensorData.ofIds(tokens(1, 5));
      Tensor input = text.narrow(1, 0, 4);
      Tensor labels = text.narrow(1, 1, 4);
      double[] single = new double[4];
      for (int i = 0; i < 4; i++) {
        float[] only = new float[4];
        only[i] = 1;
        single[i] =
            network.evaluationLoss(input, labels, TensorData.ofFloats(only, 1, 4)).item_double();
      }
      Tensor mask = TensorData.ofFloats(new float[] {1, 0, 1, 0.5f}, 1, 4);
      assertThat(network.evaluationLoss(input, labels, mask).item_double())
          .isCloseTo((single[0] + single[2] + 0.5 * single[3]) / 2.5, within(1e-5));
    }
  }

  @Test
  void laterTokensDoNotChangeEarlierLogitsInEitherPrecision() {
    for (ScalarType dtype : List.of(ScalarType.Float, ScalarType.BFloat16)) {
      try (Network network = random(Configs.pythia(), NetworkOptions.inference(dtype));
          var _ = Scope.open()) {
        int[][] rows = tokens(1, 12);
        float[] before = TensorData.floats(network.logits(TensorData.ofIds(rows)).narrow(1, 0, 8));
        Arrays.fill(rows[0], 8, 12, 0);
        float[] after = TensorData.floats(network.logits(TensorData.ofIds(rows)).narrow(1, 0, 8));
        assertThat(after).isEqualTo(before);
      }
    }
  }

  @Test
  void dropoutDropsInTrainingOnlyAndFollowsTheRandomState() {
    NetworkOptions options = NetworkOptions.training(ScalarType.Float);
    try (Network network = random(new Configs(Configs.pythia()).dropout(0.2), options);
        var _ = Scope.open()) {
      int[][] rows = tokens(2, 9);
      RandomState.seed(1);
      double first = loss(network, rows).item_double();
      double second = loss(network, rows).item_double();
      RandomState.seed(1);
      assertThat(loss(network, rows).item_double()).isEqualTo(first).isNotEqualTo(second);
      Tensor logits = network.logits(TensorData.ofIds(rows));
      assertThat(TensorData.floats(network.logits(TensorData.ofIds(rows))))
          .isEqualTo(TensorData.floats(logits));
    }
  }

  @Test
  void memoryStaysFlatOver200Steps() throws Exception {
    NetworkOptions options = NetworkOptions.training(ScalarType.Float);
    int[][] rows = tokens(4, 65);
    try (Network network = random(Configs.pythia(), options)) {
      long settled = 0;
      for (int step = 0; step < 200; step++) {
        try (var _ = Scope.open()) {
          loss(network, rows).backward();
          network.parameters().forEach(p -> Gradients.clear(p.value()));
        }
        if (step == 60) {
          settled = residentKilobytes();
        }
      }
      // One step allocates about 10 MB; a leak of a single activation would be 200 KB a step.
      assertThat(residentKilobytes() - settled).isLessThan(16_000);
    }
  }

  private static long residentKilobytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void loadingListsEverythingThatDoesNotFit() {
    Map<String, TensorView> views = new LinkedHashMap<>();
    try (Network network = Network.build(Configs.pythia(), Configs.VOCAB, FLOAT)) {
      network.parameters().forEach(p -> views.put(p.spec().key(), copy(p)));
      views.remove("2.attention.dense.bias");
      views.remove("3.attention.dense.bias");
      views.remove("3.mlp.linear2.bias");
      views.remove("4.mlp.linear2.bias");
      views.put("9.norm.scale", zeros(64));
      views.put("6.norm.bias", zeros(65));
      assertThatThrownBy(() -> network.load(Golden.store(views)))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "the weights do not fit the configuration: missing 2.attention.dense.bias,"
                  + " 3.attention.dense.bias, 3.mlp.linear2.bias and 1 more;"
                  + " 6.norm.bias is [65], expected [64]; unexpected 9.norm.scale;"
                  + " use the configuration that the checkpoint was made with");
    }
  }

  @Test
  void loadingConvertsTheElementType() {
    Map<String, TensorView> views = new LinkedHashMap<>();
    NetworkOptions half = NetworkOptions.inference(ScalarType.BFloat16);
    try (Network source = random(Configs.pythia(), FLOAT);
        Network target = Network.build(Configs.pythia(), Configs.VOCAB, half);
        var _ = Scope.open()) {
      source.parameters().forEach(p -> views.put(p.spec().key(), p.view()));
      target.load(Golden.store(views));
      Tensor expected = source.parameters().get(1).value().to(ScalarType.BFloat16);
      assertThat(TensorData.floats(target.parameters().get(1).value()))
          .isEqualTo(TensorData.floats(expected));
      assertThat(target.parameters().get(0).view().dtype()).isEqualTo(DType.BFLOAT16);
    }
  }

  private static TensorView copy(Parameter parameter) {
    return new TensorView(
        DType.FLOAT32,
        parameter.spec().shape(),
        MemorySegment.ofArray(new float[Math.toIntExact(parameter.spec().shape().count())]));
  }

  private static TensorView zeros(int size) {
    return new TensorView(DType.FLOAT32, Shape.of(size), MemorySegment.ofArray(new float[size]));
  }

  @Test
  void refusesSequencesLongerThanItsPositions() {
    for (ModelConfig config : List.of(Configs.pythia(), Configs.gpt3())) {
      try (Network network = random(config, FLOAT);
          var _ = Scope.open()) {
        assertThatThrownBy(() -> network.logits(TensorData.ofIds(tokens(1, 65))))
            .isInstanceOf(UserException.class)
            .hasMessage("65 tokens do not fit the 64 positions of the model");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALIBI", "RPE"})
  void refusesPositionsThatAreNotImplemented(PositionEmbedding position) {
    ModelConfig config = new Configs(Configs.pythia()).position(position);
    assertThatThrownBy(() -> Network.build(config, Configs.VOCAB, FLOAT))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "pos_emb %s is not supported yet; use rotary, learned, sinusoidal or none",
            position.name().toLowerCase(java.util.Locale.ROOT));
  }

  @Test
  void refusesOddRotaryDimsOtherPrecisionsAndOtherRanks() {
    ModelConfig odd = new Configs(Configs.pythia()).rotaryPct(0.2);
    assertThatThrownBy(() -> Network.build(odd, Configs.VOCAB, FLOAT))
        .hasMessage(
            "rotary_pct 0.2 rotates 3 of the 16 dims of a head; the number must be even and"
                + " positive");
    assertThatThrownBy(() -> NetworkOptions.training(ScalarType.Half))
        .hasMessage("precision fp16 is not supported on this device; use fp32 or bfloat16");
    TensorParallel two =
        new TensorParallel() {
          @Override
          public int rank() {
            return 0;
          }

          @Override
          public int size() {
            return 2;
          }

          @Override
          public Tensor enter(Tensor x) {
            return x;
          }

          @Override
          public Tensor leave(Tensor x) {
            return x;
          }

          @Override
          public Tensor max(Tensor x) {
            return x;
          }

          @Override
          public Tensor sum(Tensor x) {
            return x;
          }
        };
    assertThatThrownBy(() -> new NetworkOptions(ScalarType.Float, true, two))
        .hasMessage("model_parallel_size 2 is not supported yet; use 1");
  }
}
