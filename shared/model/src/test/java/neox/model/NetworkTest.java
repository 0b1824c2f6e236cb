package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.config.model.DropoutConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.tensor.Gradients;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.tensor.fixture.NativeHeap;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void holdsEachParameterOfItsSpecificationOnce() {
    try (Network network = Network.build(Configs.spec(Configs.pythia()), Passes.FLOAT)) {
      assertThat(network.parameters()).hasSize(1 + 3 * 12 + 2 + 1);
      assertThat(network.parameters().stream().map(Parameter::spec).toList())
          .isEqualTo(network.spec().parameters());
      assertThat(network.spec().paddedVocab()).isEqualTo(Configs.VOCAB);
    }
  }

  @Test
  void laterTokensDoNotChangeEarlierLogitsInEitherPrecision() {
    for (ScalarType dtype : List.of(ScalarType.Float, ScalarType.BFloat16)) {
      try (Network network = Passes.random(Configs.pythia(), Passes.inference(dtype))) {
        int[][] rows = Passes.tokens(1, 12);
        float[] before = Passes.logits(network, rows);
        Arrays.fill(rows[0], 8, 12, 0);
        float[] after = Passes.logits(network, rows);
        assertThat(Arrays.copyOf(after, 8 * Configs.VOCAB))
            .isEqualTo(Arrays.copyOf(before, 8 * Configs.VOCAB));
        assertThat(after).isNotEqualTo(before);
      }
    }
  }

  @Test
  void dropoutDropsInTrainingOnlyAndFollowsTheRandomState() {
    ModelConfig config = Configs.pythia().withDropout(new DropoutConfig(0.2, 0.2));
    try (Network network = Passes.random(config, Passes.training(ScalarType.Float));
        var _ = Scope.open()) {
      int[][] rows = Passes.tokens(2, 9);
      RandomState.seed(1);
      double first = Passes.loss(network, rows).item_double();
      double second = Passes.loss(network, rows).item_double();
      RandomState.seed(1);
      assertThat(Passes.loss(network, rows).item_double()).isEqualTo(first).isNotEqualTo(second);
      assertThat(Passes.logits(network, rows)).isEqualTo(Passes.logits(network, rows));
    }
  }

  @Test
  void memoryStaysFlatOver200Steps() throws Exception {
    int[][] rows = Passes.tokens(4, 65);
    try (Network network = Passes.random(Configs.pythia(), Passes.training(ScalarType.Float))) {
      long settled = 0;
      for (int step = 0; step < 200; step++) {
        try (var _ = Scope.open()) {
          Passes.loss(network, rows).backward();
          network.parameters().forEach(p -> Gradients.clear(p.value()));
        }
        if (step == 60) {
          settled = NativeHeap.bytes();
        }
      }
      // One step allocates about 10 MB; a leak of a single activation would be 200 KB a step.
      assertThat(NativeHeap.bytes() - settled).isLessThan(16_000_000);
    }
  }

  @Test
  void loadingListsEverythingThatDoesNotFit() {
    Map<String, TensorView> views = new LinkedHashMap<>();
    try (Network network = Network.build(Configs.spec(Configs.pythia()), Passes.FLOAT)) {
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
    NetworkOptions half = Passes.inference(ScalarType.BFloat16);
    try (Network source = Passes.random(Configs.pythia(), Passes.FLOAT);
        Network target = Network.build(Configs.spec(Configs.pythia()), half);
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
      try (Network network = Passes.random(config, Passes.FLOAT)) {
        assertThatThrownBy(() -> Passes.logits(network, Passes.tokens(1, 65)))
            .isInstanceOf(UserException.class)
            .hasMessage("65 tokens do not fit the 64 positions of the model");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ALIBI", "RPE", "NONE"})
  void readsAnyLengthWherePositionsHaveNoEnd(Positions.Name position) {
    ModelConfig config = Configs.gpt3().withPositions(Configs.positions(position));
    try (Network network = Passes.random(config, Passes.FLOAT)) {
      assertThat(Passes.logits(network, Passes.tokens(1, 100))).hasSize(100 * Configs.VOCAB);
    }
  }
}
