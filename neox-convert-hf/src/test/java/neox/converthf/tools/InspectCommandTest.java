package neox.converthf.tools;

import static neox.converthf.tools.Tools.A0;
import static neox.converthf.tools.Tools.FP16;
import static neox.converthf.tools.Tools.LLAMA;
import static neox.converthf.tools.Tools.RESOURCES;
import static neox.converthf.tools.Tools.TP2;
import static neox.converthf.tools.Tools.TP2_PP2;
import static neox.converthf.tools.Tools.ZERO1;
import static neox.converthf.tools.Tools.ZERO3;
import static neox.converthf.tools.Tools.ok;
import static neox.converthf.tools.Tools.refused;
import static neox.converthf.tools.Tools.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.AtomicDirectory;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectCommandTest {
  @TempDir Path directory;

  private static List<JsonNode> json(Object... arguments) {
    List<Object> words = new ArrayList<>(List.of("inspect", "--json"));
    words.addAll(List.of(arguments));
    return ok(words.toArray()).lines().stream().map(line -> Json.parse(line, "output")).toList();
  }

  private static JsonNode tensor(List<JsonNode> lines, String name) {
    return lines.stream()
        .filter(line -> line.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /// The digests were taken by torch of what GPT-NeoX's own converter wrote.
  @ParameterizedTest
  @CsvSource({"A0_nopipe/global_step0, A0_nopipe", "D_mp2/global_step20, D_mp2"})
  void digestsAreThoseOfTheNumbers(String checkpoint, String golden) throws IOException {
    Path hf = directory.resolve("hf");
    ok("--input-dir", RESOURCES.resolve("checkpoints").resolve(checkpoint), "--output-dir", hf);
    List<JsonNode> lines = json(hf);
    List<String> expected =
        Files.readAllLines(RESOURCES.resolve("checkpoints/" + golden + ".hf.txt"));
    assertThat(lines).hasSize(expected.size() + 2);
    for (String line : expected) {
      String name = line.substring(0, line.indexOf(' '));
      assertThat(line).endsWith(" " + tensor(lines, name).path("sha256").asText());
    }
  }

  @Test
  void aTensorHasOneDigestInEveryFormatAndLayout() {
    Path hf = directory.resolve("hf");
    Path merged = directory.resolve("merged");
    ok("--input-dir", TP2, "--output-dir", hf);
    ok("merge", TP2, "--output-dir", merged);
    List<JsonNode> split = json(TP2);
    List<JsonNode> whole = json(merged);
    assertThat(split.subList(1, split.size())).isEqualTo(whole.subList(1, whole.size()));
    assertThat(tensor(split, "0.word_embeddings.weight").path("sha256"))
        .isEqualTo(tensor(json(hf), "gpt_neox.embed_in.weight").path("sha256"));
  }

  @Test
  void normsAndWhatIsNoNumberAreCounted() throws IOException {
    Path file =
        Tools.safetensors(
            directory.resolve("some.safetensors"),
            Tools.tensors(
                "a",
                view(DType.FLOAT32, Shape.of(2, 2), 3, -4, 0, 0),
                "b",
                view(
                    DType.BFLOAT16,
                    Shape.of(5),
                    Double.NaN,
                    Double.NEGATIVE_INFINITY,
                    2,
                    Double.POSITIVE_INFINITY,
                    -8)));
    List<JsonNode> lines = json(file);
    JsonNode a = tensor(lines, "a");
    assertThat(a.path("norm").asDouble()).isCloseTo(5, within(1e-12));
    assertThat(a.path("max_abs").asDouble()).isEqualTo(4);
    assertThat(a.path("shape").toString()).isEqualTo("[2,2]");
    JsonNode b = tensor(lines, "b");
    assertThat(b.path("norm").asDouble()).isCloseTo(Math.sqrt(68), within(1e-12));
    assertThat(b.path("max_abs").asDouble()).isEqualTo(8);
    assertThat(b.path("nan").asLong()).isEqualTo(1);
    assertThat(b.path("inf").asLong()).isEqualTo(2);
    JsonNode total = lines.getLast();
    assertThat(total.path("tensors").asLong()).isEqualTo(2);
    assertThat(total.path("numbers").asLong()).isEqualTo(9);
    assertThat(total.path("bytes").asLong()).isEqualTo(26);
    assertThat(total.path("nan").asLong()).isEqualTo(1);
  }

  @Test
  void aTablePrintsARowForEachTensorAndTheTotal() throws IOException {
    Path file =
        Tools.safetensors(
            directory.resolve("some.safetensors"),
            Tools.tensors("layer.weight", view(DType.FLOAT16, Shape.of(1, 2), 3, -4)));
    List<String> lines = ok("inspect", file).lines();
    assertThat(lines.getFirst()).isEqualTo(file + ": format file");
    assertThat(lines.get(1)).matches("name +type +shape +norm +max \\|x\\| +NaN +Inf +sha256");
    assertThat(lines.get(2))
        .matches("layer\\.weight +float16 +\\[1, 2\\] +5\\.0000 +4\\.0000 +0 +0 +[0-9a-f]{16}");
    assertThat(lines.get(3)).startsWith("1 tensors, 2 numbers, 4 bytes, NaN 0, Inf 0, sha256 ");
  }

  @Test
  void saysHowACheckpointIsLaidOut() {
    assertThat(json(A0, "--headers").getFirst().toString())
        .contains(
            "\"format\":\"NeoX\",\"iteration\":0,\"model_parallel_size\":1,"
                + "\"pipe_parallel_size\":0,\"weights\":\"a file per rank\"");
    assertThat(json(TP2_PP2, "--headers").getFirst().toString())
        .contains(
            "\"iteration\":20,\"model_parallel_size\":2,\"pipe_parallel_size\":2,"
                + "\"weights\":\"a file per layer and rank\"");
    assertThat(json(ZERO1, "--headers").getFirst().path("optimizer").asText())
        .isEqualTo("DeepSpeed's, cut over 2 replicas");
    assertThat(json(ZERO3, "--headers").getFirst().path("optimizer").asText())
        .isEqualTo("DeepSpeed's, ZeRO 3, cut over 2 replicas");
  }

  @Test
  void looksAtWhatTheOptimizerRemembersWhereItIsAskedFor() throws IOException {
    List<JsonNode> deepSpeed = json(ZERO1, "--optimizer", "--tensors", "optimizer/*norm.bias.*");
    assertThat(deepSpeed.subList(1, deepSpeed.size() - 1))
        .extracting(line -> line.path("name").asText())
        .contains(
            "optimizer/5.norm.bias.exp_avg",
            "optimizer/5.norm.bias.exp_avg_sq",
            "optimizer/5.norm.bias.master");
    Path ours = Tools.checkpoint(directory, 7, DType.FLOAT32, x -> x);
    Tools.addTraining(ours);
    List<JsonNode> lines = json(ours, "--optimizer", "--ema", "--tensors", "*/6.norm.bias*");
    assertThat(lines.getFirst().path("optimizer").asText()).isEqualTo("AdamW, step 7, whole");
    assertThat(lines.getFirst().path("ema").asBoolean()).isTrue();
    assertThat(lines.subList(1, lines.size() - 1))
        .extracting(line -> line.path("name").asText())
        .containsExactly(
            "optimizer/6.norm.bias.exp_avg", "optimizer/6.norm.bias.exp_avg_sq", "ema/6.norm.bias");
    assertThat(lines.get(1).path("max_abs").asDouble()).isEqualTo(59.5);
  }

  @Test
  void findsTensorsInAnyTorchFile() {
    List<JsonNode> lines = json(FP16.resolve("mp_rank_00_model_states.pt"), "--headers");
    assertThat(lines)
        .extracting(line -> line.path("name").asText())
        .contains("module.sequential.0.word_embeddings.weight")
        .anyMatch(name -> name.startsWith("optimizer."));
    assertThat(lines.get(1).has("norm")).isFalse();
  }

  @Test
  void looksAtCheckpointsOfTorchDistributedCheckpoint() {
    List<JsonNode> lines = json(RESOURCES.resolve("dcp/four"));
    assertThat(lines.getFirst().path("format").asText()).isEqualTo("torch.distributed.checkpoint");
    assertThat(lines.size()).isGreaterThan(3);
    assertThat(lines.get(1).path("sha256").asText()).hasSize(64);
  }

  @Test
  void listsThoseAskedFor() {
    List<JsonNode> lines = json(A0, "--tensors", "2.mlp.*", "?.norm.bias");
    assertThat(lines.subList(1, lines.size() - 1))
        .extracting(line -> line.path("name").asText())
        .containsExactly(
            "2.mlp.linear1.weight",
            "2.mlp.linear1.bias",
            "2.mlp.linear2.weight",
            "2.mlp.linear2.bias",
            "6.norm.bias");
    refused(
        "--tensors 2.mpl.*: no tensor of that name in "
            + A0
            + "; there are 0.word_embeddings.weight, 2.input_layernorm.weight,"
            + " 2.input_layernorm.bias, …",
        "inspect",
        A0,
        "--tensors",
        "2.mpl.*");
  }

  @Test
  void saysWhatItCannotOpen() throws IOException {
    Path nothing = directory.resolve("nothing");
    refused(nothing + ": no such file or directory", "inspect", nothing);
    Path text = Files.writeString(directory.resolve("a.txt"), "text");
    refused(
        text + ": cannot tell what it is by its name; expected .safetensors, .pt, .pth or .bin",
        "inspect",
        text);
    Path bare = Tools.copy(A0, directory.resolve("bare/global_step0"));
    AtomicDirectory.deleteTree(bare.resolve("configs"));
    refused(
        bare + ": no configs directory in it; name the run's files with --config-file",
        "inspect",
        bare);
    refused(
        A0
            + ": no average of the weights (neox_ema.safetensors); training keeps one with"
            + " ema.enable: true",
        "inspect",
        A0,
        "--ema");
    refused(
        LLAMA + ": holds no optimizer state; leave --optimizer out",
        "inspect",
        LLAMA,
        "--optimizer");
    Path file = Tools.safetensors(directory.resolve("a.safetensors"), Tools.tensors());
    refused(
        file + ": holds weights alone; --optimizer and --ema are for checkpoints of NeoX",
        "inspect",
        file,
        "--ema");
  }
}
