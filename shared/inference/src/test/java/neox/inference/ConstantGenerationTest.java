package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.List;
import neox.config.Precision;
import neox.inference.load.LoadOptions;
import neox.inference.load.ModelLoader;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.model.Network;
import neox.model.NetworkOptions.Rows;
import neox.model.Quantization;
import neox.tensor.NativeRuntime;
import neox.tensor.kernel.RowProduct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Where rows are computed one by one, what a text is continued from is the same bits however it is
/// read.
class ConstantGenerationTest {
  @BeforeEach
  void start() {
    assumeThat(RowProduct.isFast()).as("this JVM has vectors of 256 bits").isTrue();
    NativeRuntime.start(1);
  }

  @AfterEach
  void oneThreadAsBefore() {
    NativeRuntime.start(1);
  }

  /// Ragged, of which the fourth begins as the second, in one to three samples.
  private static List<GenerationRequest> requests() {
    int[] lengths = {5, 40, 1, 33, 28, 17};
    int[] samples = {1, 3, 2, 1, 1, 2};
    int[][] texts = Networks.texts(lengths, 0);
    System.arraycopy(texts[1], 0, texts[3], 0, 30);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      requests.add(
          GenerationRequest.greedy(texts[i], 3 + i % 3)
              .withSamples(samples[i])
              .withSampler(new Sampler(1, 0, 0), i)
              .withDetails(TokenDetails.NONE.withLogits()));
    }
    return requests;
  }

  private static Continuations write(
      Network network, List<GenerationRequest> requests, Decoding decoding) {
    Continuations all = new Continuations(_ -> false);
    // Not closed: that would close the network.
    new NetworkLanguageModel(network).generate(requests, decoding, all);
    return all;
  }

  private static void assertConstant(Network network) {
    List<GenerationRequest> requests = requests();
    Decoding one = Decoding.upTo(64);
    Continuations expected = write(network, requests, one.withMemory(Decoding.Memory.NOTHING));
    assertSame(write(network, requests, one), expected, requests, false);
    NativeRuntime.start(3);
    assertSame(write(network, requests, one.withBatchSize(4)), expected, requests, false);
    List<GenerationRequest> turned = requests.reversed();
    Decoding some = one.withBatchSize(9).withTokensPerPass(90);
    assertSame(write(network, turned, some), expected, requests, true);
    NativeRuntime.start(1);
  }

  private static void assertSame(
      Continuations actual,
      Continuations expected,
      List<GenerationRequest> requests,
      boolean turned) {
    for (int i = 0; i < requests.size(); i++) {
      int found = turned ? requests.size() - 1 - i : i;
      for (int sample = 0; sample < requests.get(i).samples(); sample++) {
        List<GeneratedToken> tokens = actual.told(found, sample);
        List<GeneratedToken> others = expected.told(i, sample);
        assertThat(tokens).hasSameSizeAs(others).isNotEmpty();
        for (int k = 0; k < tokens.size(); k++) {
          assertThat(tokens.get(k).logits().orElseThrow())
              .containsExactly(others.get(k).logits().orElseThrow());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("neox.inference.Networks#kindsOfTransformers")
  void everyKindOfTransformerSaysTheSameBits(Networks.Kind kind) {
    try (Network network = kind.network(Rows.CONSTANT)) {
      assertConstant(network);
    }
  }

  @ParameterizedTest
  @CsvSource({"FP32, NONE", "BFLOAT16, NONE", "FP16, NONE", "FP32, INT8", "BFLOAT16, INT8"})
  void everyPrecisionAndFormOfWeightsDoes(Precision precision, Quantization form) throws Exception {
    LoadOptions options =
        LoadOptions.defaults()
            .withPrecision(precision)
            .withQuantization(form)
            .withRows(Rows.CONSTANT);
    try (Network network = ModelLoader.network(Pythia.checkpoint(), options, config -> config)) {
      assertConstant(network);
    }
  }
}
