package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import neox.base.ExitCode;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.OptimizerStateFile.Header;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Replays float16 runs of GPT-NeoX with dynamic loss scale from its own first weights.
///
/// DeepSpeed's float16 optimizer (without ZeRO) takes a step with zero gradients when it is made,
/// so as to allocate its state: Adam's bias correction then begins at 2, and the float32 masters
/// have decayed once by rate and weight decay. Ours does no such thing; here it is done beforehand.
class Fp16ReplayTest {
  private static final int STEPS = 20;
  private static final double FIRST_RATE = 0.0015;
  private static final double WEIGHT_DECAY = 0.1;

  /// As in float32: a loss is a mean over 512 tokens, in which the roundings of float16 cancel out.
  /// (The largest difference is 2.4e-5; before the first update, from weights alike, 5.5e-6.)
  private static final double TOLERANCE = 1e-4;

  /// Both programs round alike, but where they add up in another order a value may come to lie on
  /// the other side of a border: one rounding of float16. (The largest difference is 1.1e-4.)
  private static final double NORM_TOLERANCE = 0x1p-11;

  @TempDir Path directory;

  /// @param sums how many micro-batches' gradients the recorded program adds up where ours means
  @ParameterizedTest
  @CsvSource({"F16_dyn_z0, 1", "F16_dyn_pipe, 2"})
  void followsLossesScalesAndSkippedStepsOfNeox(String run, int sums) throws IOException {
    Path golden = TrainFixture.GOLDEN.resolve(run);
    TrainFixture fixture = new TrainFixture(directory);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data_path", fixture.dataPrefix().toString());
    settings.put("gradient_clipping", Double.toString(0.5 / sums));
    settings.put("optimizer.params.eps", Double.toString(1e-8 / sums));
    settings.put("save", directory.resolve("first").toString());
    settings.put("load", golden.resolve("global_step0").toString());
    settings.put("finetune", "true");
    settings.put("exit_interval", "1");
    run(golden, settings, ExitCode.STOPPED);
    takeStepWithoutGradients(directory.resolve("first/global_step0"));

    settings.keySet().removeAll(List.of("finetune", "exit_interval"));
    settings.put("load", directory.resolve("first/global_step0").toString());
    settings.put("save", directory.resolve("save").toString());
    settings.put("log_dir", directory.resolve("log").toString());
    TrainFixture.Result result = run(golden, settings, ExitCode.OK);
    List<JsonNode> trace = Records.lines(golden.resolve("trace.jsonl"));
    assertThat(trace).hasSize(STEPS);
    assertSame(trace, Records.steps(directory.resolve("log/metrics.jsonl")), sums);
    long skipped = trace.stream().filter(step -> step.get("skipped").asInt() == 1).count();
    assertThat(
            result.err().lines().filter(line -> line.contains("gradients overflow at loss scale")))
        .hasSize(Math.toIntExact(skipped));
    assertThat(result.out())
        .contains("| loss scale: 8388608.0 | number of skipped iterations:   1 |");
  }

  private static void assertSame(List<JsonNode> trace, Map<Long, JsonNode> ours, int sums) {
    double used = 0x1p24;
    for (JsonNode step : trace) {
      long number = step.get("iteration").asLong();
      JsonNode actual = Objects.requireNonNull(ours.get(number), "step " + number);
      assertThat(actual.get("train/loss_scale").asDouble())
          .as("scale after step %d", number)
          .isEqualTo(step.get("loss_scale").asDouble());
      assertThat(actual.get("train/learning_rate").asDouble())
          .as("rate after step %d", number)
          .isCloseTo(step.get("lr_after_step").asDouble(), within(1e-12));
      assertClose(actual, "train/lm_loss", step.get("lm_loss").asDouble(), TOLERANCE);
      if (step.get("skipped").asInt() == 0) {
        double norm = step.get("scaled_grad_norm").asDouble() / used / sums;
        assertClose(actual, "train/grad_norm", norm, NORM_TOLERANCE);
      } else {
        assertThat(Double.parseDouble(actual.get("train/grad_norm").asText())).isNotFinite();
      }
      used = step.get("loss_scale").asDouble();
    }
  }

  private static void assertClose(JsonNode actual, String name, double expected, double tolerance) {
    assertThat(actual.get(name).asDouble())
        .as("%s at step %s", name, actual.get("step"))
        .isCloseTo(expected, within(tolerance * Math.abs(expected)));
  }

  private static TrainFixture.Result run(Path golden, Map<String, String> settings, int code) {
    TrainFixture.Result result =
        TrainFixture.run(TrainFixture.arguments(golden.resolve("config.yml"), settings));
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    return result;
  }

  /// Changes a saved optimizer as a step of AdamW with zero gradients would, but leaves the
  /// weights.
  private static void takeStepWithoutGradients(Path checkpoint) throws IOException {
    List<NamedTensor> changed = new ArrayList<>();
    Header header;
    try (OptimizerStateFile file = OptimizerStateFile.open(checkpoint)) {
      header = file.header();
      for (String name : file.names()) {
        changed.add(NamedTensor.of(name, afterDecay(name, file.view(name))));
      }
    }
    assertThat(header.step()).isZero();
    OptimizerStateFile.write(checkpoint, new Header(header.rule(), header.slots(), 1), changed);
  }

  private static TensorView afterDecay(String name, TensorView view) {
    boolean decays =
        OptimizerStateFile.slot(name).equals(OptimizerStateFile.MASTER) && view.shape().rank() > 1;
    float factor = decays ? (float) (1 - FIRST_RATE * WEIGHT_DECAY) : 1;
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, view.shape().count());
    for (long i = 0; i < view.shape().count(); i++) {
      float value = view.bytes().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      bytes.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value * factor);
    }
    return new TensorView(DType.FLOAT32, view.shape(), bytes);
  }
}
