package neox.train.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;
import neox.train.TrainCommand;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {

  @TempDir Path directory;
  private Path config;

  private record Result(int code, String out, String err) {}

  @BeforeEach
  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    Map<String, String> big =
        Map.of(
            "num_layers", "44",
            "hidden_size", "6144",
            "num_attention_heads", "64",
            "seq_length", "2048",
            "max_position_embeddings", "2048",
            "rotary_pct", "0.25",
            "gpt_j_residual", "true",
            "gradient_accumulation_steps", "32",
            "train_iters", "150000",
            "lr_decay_iters", "150000");
    PlannedConfigs.keys(big)
        .forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    text.append("pipe_parallel_size: 4\n")
        .append("model_parallel_size: 2\n")
        .append("checkpoint_activations: true\n")
        .append("zero_optimization: {stage: 1}\n")
        .append("fp16: {enabled: true}\n");
    config = Files.writeString(directory.resolve("20B.yml"), text);
  }

  private Result plan(String... more) {
    List<String> arguments = new ArrayList<>(List.of("plan", config.toString()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new TrainCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void answersForGptNeox20BWithoutAGpu() {
    Result result = plan("--world", "96", "--gpu", "a100-40g", "--vocab-size", "50257");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out().lines())
        .contains(
            "20,554,567,680 parameters: 44 blocks of width 6,144, a vocabulary of 50,432 rows",
            "1,536 samples of 2,048 tokens per step in fp16",
            "96 x a100-40g, 8 per machine: pp 4, dp 12, tp 2, ZeRO 1, micro-batch 4 x 32, recompute"
                + " blocks",
            "  data                   9.3 GiB over a link of 50.0 GB/s between machines",
            "  - model_parallel_size 3 does not divide 64 heads (64 of keys)",
            "  - model_parallel_size above 8, the devices of one machine: not tried")
        .anyMatch(line -> line.matches("  stage 0 needs most, .* it fits into a100-40g .*"))
        .anyMatch(line -> line.matches("[\\d,]+ of [\\d,]+ layouts fit; the fastest:"));
  }

  @Test
  void saysTheSameInJson() throws IOException {
    String[] options = {"--world", "96", "--gpu", "a100-40g", "--vocab-size", "50257", "--json"};
    JsonNode plan = Json.parse(plan(options).out(), "plan");
    assertThat(plan.get("layout").get("pipe_parallel_size").asInt()).isEqualTo(4);
    assertThat(plan.get("memory_bytes")).hasSize(4);
    for (JsonNode stage : plan.get("memory_bytes")) {
      double parts =
          List.of("weights", "gradients", "optimizer", "activations", "buffers").stream()
              .mapToDouble(part -> stage.get(part).asDouble())
              .sum();
      assertThat(parts).isEqualTo(stage.get("total").asDouble());
    }
    double tokens = plan.get("tokens_per_second").asDouble();
    assertThat(plan.get("best")).hasSize(5);
    List<Double> speeds =
        StreamSupport.stream(plan.get("best").spliterator(), false)
            .map(each -> each.get("tokens_per_second").asDouble())
            .toList();
    assertThat(speeds.getFirst()).isGreaterThanOrEqualTo(tokens);
    assertThat(speeds).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(plan.get("mfu").asDouble()).isLessThan(plan.get("hfu").asDouble());
  }

  @Test
  void saysWhenALayoutDoesNotFit() {
    Result result =
        plan(
            "--world",
            "8",
            "--gpu",
            "a6000",
            "--vocab-size",
            "50257",
            "--set",
            "zero_optimization.stage=0");
    assertThat(result.out())
        .contains("it DOES NOT FIT into a6000 (46.0 GiB of 48.0 GiB are left to it)")
        .contains("layouts need more than the 46.0 GiB that a6000 leaves to them");
  }

  @Test
  void aSlowerNetworkTakesMoreTime() throws IOException {
    String[] options = {"--world", "96", "--vocab-size", "50257", "--json", "--network", "100"};
    JsonNode slow = Json.parse(plan(options).out(), "plan");
    assertThat(slow.get("sent_bytes").get("pipeline").get("bytes_per_second").asDouble())
        .isEqualTo(100e9 / 8 / 8);
  }

  @Test
  void namesTheNearestOfTheDevicesThatItKnows() {
    Result result = plan("--world", "96", "--gpu", "a100-40gb", "--vocab-size", "50257");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .isEqualTo(
            "neox-train: --gpu: unknown device 'a100-40gb'; did you mean 'a100-40g'?; known are "
                + Gpus.names()
                + "\n");
  }

  @Test
  void refusesWhatTrainingRefuses() {
    Result result = plan("--world", "90", "--gpu", "a100-40g", "--vocab-size", "50257");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains("20B.yml:17: pipe_parallel_size")
        .contains("8 ranks share the network, but the run has 90");
  }

  @Test
  void refusesNumbersThatAreNone() {
    assertThat(plan("--world", "0").err())
        .isEqualTo("neox-train: --world: expected a number of at least 1, found 0\n");
    assertThat(plan("--network", "-1").err())
        .isEqualTo("neox-train: --network: expected a number above 0, found -1.0\n");
    assertThat(plan("--gpus-per-node", "0").err())
        .isEqualTo("neox-train: --gpus-per-node: expected a number of at least 1, found 0\n");
  }

  @Test
  void asksForTheSizeOfAVocabularyWhoseFileIsNotHere() {
    Result result =
        plan(
            "--world",
            "96",
            "--set",
            "tokenizer_type=HFTokenizer",
            "--set",
            "vocab_file=" + directory.resolve("none.json"));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .startsWith("neox-train: " + directory.resolve("none.json"))
        .endsWith("(or say how many tokens it has: --vocab-size)\n");
  }

  @Test
  void everyDeviceHasPeaksMemoryAndASource() {
    assertThat(Gpus.all())
        .allSatisfy(gpu -> {
          assertThat(gpu.memory().usable()).isPositive();
          assertThat(gpu.peak().fp16()).isPositive();
          assertThat(gpu.links().inside()).isGreaterThanOrEqualTo(gpu.links().outside());
          assertThat(gpu.source()).isNotBlank();
          assertThat(Gpus.named(gpu.name())).isSameAs(gpu);
        });
  }
}
