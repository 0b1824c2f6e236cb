package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.json.Json;
import neox.config.DecayStyle;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.checkpoint.TrainProgress;
import neox.train.checkpoint.TrainState;
import neox.train.stability.NoiseScale;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// GPT-NeoX's class of the gradient noise scale, on recorded gradients.
class GradientSumsTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/golden/scaler/gradient_noise_scale.json");
  private static final ParameterSpec W = Parameters.spec("w", Group.DECAYING, 4, 5);
  private static final LearningRateSchedule SCHEDULE =
      new LearningRateSchedule(DecayStyle.Whole.CONSTANT, 0.004, 0, 4, 100);

  private static final ParameterSpec B = Parameters.spec("b", Group.PLAIN, 3);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest
  @EnumSource
  void estimatesTheNoiseScaleOfNeox(GradientSums.Place place) throws IOException {
    JsonNode runs = Json.parse(Files.readString(GOLDEN), GOLDEN.toString());
    long estimates = 0;
    for (JsonNode run : runs) {
      if (run.get("beta").asDouble() == 0.99) { // it has no other in training
        estimates += replay(run, place);
      }
    }
    assertThat(estimates).isEqualTo(10);
  }

  private static long replay(JsonNode run, GradientSums.Place place) {
    List<Integer> skips = new ArrayList<>();
    run.get("skips").forEach(skip -> skips.add(skip.asInt()));
    TrainProgress progress = new TrainProgress(TrainState.fresh(SCHEDULE));
    Parameter w = Parameters.random(W, ScalarType.Float, 1);
    Parameter b = Parameters.random(B, ScalarType.Float, 2);
    try (GradientBuckets gradients =
            GradientBuckets.of(Holdings.of(List.of(w, b), List.of(W, B), Ranks.single()));
        GradientSums sums = new GradientSums(gradients, run.get("n_batches").asInt(), place)) {
      int step = 0;
      for (JsonNode after : run.get("trace")) {
        if (!skips.contains(step++)) {
          Parameters.set(gradients.sum(W), numbers(after.get("grads").get(0)));
          Parameters.set(gradients.sum(B), numbers(after.get("grads").get(1)));
          double norm = gradients.norms().global();
          sums.add(norm, run.get("batch_size_small").asLong()).ifPresent(progress::estimate);
        }
        assertSame(progress.state().noiseScale(), after);
      }
    }
    return progress.state().noiseScale().estimates();
  }

  private static void assertSame(NoiseScale scale, JsonNode after) {
    if (after.get("noise_scale").isNull()) {
      assertThat(scale.value()).isEmpty();
      return;
    }
    assertClose(scale.signal(), after.get("ema_noise"));
    assertClose(scale.noise(), after.get("ema_scale"));
    assertClose(scale.value().orElseThrow(), after.get("noise_scale"));
  }

  /// The recorded squares of norms are float32, and cancel out in part.
  private static void assertClose(double actual, JsonNode expected) {
    assertThat(actual).isCloseTo(expected.asDouble(), within(1e-5 * Math.abs(expected.asDouble())));
  }

  private static float[] numbers(JsonNode array) {
    float[] numbers = new float[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) array.get(i).asDouble();
    }
    return numbers;
  }

  @Test
  void batchesOfAnotherSizeBeginAnotherSum() {
    Parameter b = Parameters.random(B, ScalarType.Float, 2);
    try (var _ = Scope.open();
        GradientBuckets gradients =
            GradientBuckets.of(Holdings.of(List.of(b), List.of(B), Ranks.single()));
        GradientSums sums = new GradientSums(gradients, 2, GradientSums.Place.WITH_THE_GRADIENTS)) {
      Parameters.set(gradients.sum(B), 1, 0, 0);
      assertThat(sums.add(1, 8)).isEmpty();
      assertThat(sums.add(1, 16)).isEmpty();
      Parameters.set(gradients.sum(B), 0, 2, 0);
      assertThat(sums.add(2, 16))
          .contains(new NoiseScale.Pair(16, 4, 32, square(Math.sqrt(5) / 2)));
    }
  }

  private static double square(double x) {
    return (double) (float) (2 * x) / 2 * (double) (float) (2 * x) / 2; // the norm is a float32
  }
}
