package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import neox.config.Precision;
import neox.inference.decoding.KeyValueCache;
import neox.inference.load.LoadOptions;
import neox.inference.load.ModelLoader;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.Quantization;
import neox.model.stage.NetworkStage;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizationTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// Of a text that the network was trained on, read at once or in pieces of a few tokens.
  private static double perplexity(LoadOptions options, int tokensAtOnce) throws IOException {
    int[] row = Pythia.expected("row0");
    try (Network network =
            ModelLoader.network(Pythia.checkpoint(), options, UnaryOperator.identity());
        KeyValueCache cache = new KeyValueCache(network.placement(), 1, row.length, 0);
        var _ = Scope.open()) {
      double sum = 0;
      for (int from = 0; from < row.length - 1; from += tokensAtOnce) {
        int to = Math.min(row.length - 1, from + tokensAtOnce);
        Tensor ids = network.placement().ids(new int[][] {Arrays.copyOfRange(row, from, to)});
        Tensor labels =
            network.placement().ids(new int[][] {Arrays.copyOfRange(row, from + 1, to + 1)});
        int[] counts = {to - from};
        Tensor likelihoods =
            NetworkStage.evaluate(
                network,
                Inputs.after(cache.reading(counts), ids),
                (hidden, head) -> head.logLikelihoods(hidden, labels));
        cache.advance(counts);
        for (float each : TensorData.floats(likelihoods)) {
          sum += each;
        }
      }
      return Math.exp(-sum / (row.length - 1));
    }
  }

  @ParameterizedTest
  @CsvSource({"INT8, FP32, 0.005", "LLM_INT8, FP32, 0.02", "INT8, BFLOAT16, 0.02"})
  void perplexityStaysWhatItIs(Quantization form, Precision precision, double tolerance)
      throws IOException {
    LoadOptions options = LoadOptions.defaults().withPrecision(precision).withQuantization(form);
    double exact = perplexity(LoadOptions.defaults(), 64);
    for (int tokensAtOnce : new int[] {64, 3}) { // libtorch's products, and those of few rows
      assertThat(perplexity(options, tokensAtOnce) / exact - 1)
          .as("%d tokens at once", tokensAtOnce)
          .isBetween(-tolerance, tolerance);
    }
  }
}
