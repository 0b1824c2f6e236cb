package neox.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.config.model.BaseShapes;
import neox.config.model.ModelConfig;
import neox.config.model.Mup;
import neox.config.model.Positions;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A network with muP is one without whose weights are multiplied.
class WidthScalingTest {
  private static final double TEMPERATURE = 1.5;
  private static final double OUTPUT = 2;
  private static final double EMBEDDING = 3;
  private static final double WIDTH = 4;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void thePaperScalesEmbeddingsScoresAndLogits() {
    ModelConfig plain = Configs.pythia();
    Map<String, Double> factors = new HashMap<>();
    factors.put("0.word_embeddings.weight", EMBEDDING);
    factors.put("7.final_linear.weight", 1 / (WIDTH * OUTPUT));
    double queries = 1 / (Math.sqrt(16) * TEMPERATURE);
    assertSame(plain, Mup.Rules.PAPER, factors, queries);
  }

  @Test
  void neoxScalesTheLogitsOfATiedHeadAlone() {
    ModelConfig untied = Configs.pythia();
    assertSame(untied, Mup.Rules.NEOX, Map.of(), 1);
    ModelConfig tied = Configs.gpt3();
    int[][] rows = Passes.tokens(2, 9);
    try (Network scaled = Passes.random(with(tied, Mup.Rules.NEOX), Passes.FLOAT);
        Network reference = Passes.random(tied, Passes.FLOAT)) {
      copy(reference, scaled);
      float[] expected = Passes.logits(reference, rows);
      float[] actual = Passes.logits(scaled, rows);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo((float) (expected[i] / WIDTH), within(1e-5f));
      }
    }
  }

  /// @param queries factor of the rows of the query in each head
  private static void assertSame(
      ModelConfig plain, Mup.Rules rules, Map<String, Double> factors, double queries) {
    ModelConfig config = plain.withPositions(new Positions.Rotary(0.5, 10_000));
    int[][] rows = Passes.tokens(2, 9);
    try (Network scaled = Passes.random(with(config, rules), Passes.FLOAT);
        Network reference = Passes.random(config, Passes.FLOAT)) {
      copy(scaled, reference);
      try (var _ = Scope.open();
          var _ = new NoGradGuard()) {
        for (Parameter parameter : reference.parameters()) {
          String key = parameter.spec().key();
          parameter.value().mul_(new Scalar(factors.getOrDefault(key, 1.0)));
          if (key.contains("query_key_value")) {
            long heads = config.heads();
            Tensor perHead = parameter.value().view(heads, 3, 16, -1); // q, k, v of each head
            perHead.select(1, 0).mul_(new Scalar(queries));
          }
        }
      }
      assertThat(Passes.logits(scaled, rows))
          .containsExactly(Passes.logits(reference, rows), within(1e-5f)); // a whole network
    }
  }

  private static void copy(Network from, Network to) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (int i = 0; i < from.parameters().size(); i++) {
        to.parameters().get(i).value().copy_(from.parameters().get(i).value());
      }
    }
  }

  /// A network WIDTH times as wide as a base one, every size of which grows.
  private static ModelConfig with(ModelConfig plain, Mup.Rules rules) {
    Map<String, List<OptionalLong>> sizes = new HashMap<>();
    for (ParameterSpec spec : Configs.spec(plain).parameters()) {
      sizes.put(
          spec.key(),
          Arrays.stream(spec.shape().sizes())
              .mapToObj(size -> OptionalLong.of(Math.max(1, size / 4)))
              .toList());
    }
    Mup mup = new Mup(new BaseShapes(sizes), WIDTH, rules, 1, TEMPERATURE, OUTPUT, EMBEDDING);
    return plain.withMup(Optional.of(mup));
  }
}
