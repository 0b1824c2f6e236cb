package neox.converthf.tools;

import static neox.converthf.tools.Tools.A0;
import static neox.converthf.tools.Tools.A_BF16;
import static neox.converthf.tools.Tools.LLAMA;
import static neox.converthf.tools.Tools.TP2;
import static neox.converthf.tools.Tools.TP2_PP2;
import static neox.converthf.tools.Tools.ok;
import static neox.converthf.tools.Tools.refused;
import static neox.converthf.tools.Tools.run;
import static neox.converthf.tools.Tools.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import neox.base.json.Json;
import neox.converthf.tools.Tools.Result;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
  @TempDir Path directory;

  private Path file(String name, Map<String, TensorView> tensors) throws IOException {
    return Tools.safetensors(directory.resolve(name + ".safetensors"), tensors);
  }

  @Test
  void saysNothingWhereThereIsNoDifference() {
    Result result = run("diff", A0, A0);
    assertThat(result).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void comparesWhatDifferentLayoutsHold() {
    Path merged = directory.resolve("merged");
    ok("merge", TP2_PP2, "--output-dir", merged);
    assertThat(run("diff", TP2_PP2, merged)).isEqualTo(new Result(0, "", ""));
    Path one = directory.resolve("one");
    ok("split", merged, "--tp", 4, "--pp", 0, "--output-dir", one);
    assertThat(run("diff", one, TP2_PP2)).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void comparesNeoxWithHuggingFace() {
    Path hf = directory.resolve("hf");
    ok("--input-dir", LLAMA, "--output-dir", hf);
    assertThat(run("diff", LLAMA, hf)).isEqualTo(new Result(0, "", ""));
    assertThat(run("diff", hf, LLAMA)).isEqualTo(new Result(0, "", ""));
    Path half = directory.resolve("half");
    ok("--input-dir", LLAMA, "--output-dir", half, "--precision", "bf16");
    assertThat(run("diff", LLAMA, half).code()).isEqualTo(1);
    // bfloat16 has 8 significant bits: rounding changes a number by at most 2^-8 of it.
    assertThat(run("diff", LLAMA, half, "--ignore-dtype", "--rtol", "0.004"))
        .isEqualTo(new Result(0, "", ""));
    assertThat(run("diff", LLAMA, half, "--rtol", "0.004").out()).contains("float32 / bfloat16");
  }

  @Test
  void measuresDifferences() throws IOException {
    Path a =
        file(
            "a",
            Tools.tensors(
                "same", view(DType.FLOAT32, Shape.of(2), 1, 2),
                "moved", view(DType.FLOAT32, Shape.of(3), 1, 2, 4),
                "gone", view(DType.FLOAT32, Shape.of(1), 1),
                "wide", view(DType.FLOAT32, Shape.of(2, 1), 1, 2)));
    Path b =
        file(
            "b",
            Tools.tensors(
                "same", view(DType.FLOAT32, Shape.of(2), 1, 2),
                "moved", view(DType.FLOAT32, Shape.of(3), 1, 2.5, 5),
                "new", view(DType.FLOAT16, Shape.of(1), 1),
                "wide", view(DType.FLOAT32, Shape.of(1, 2), 1, 2)));
    Result result = run("diff", a, b);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.lines().getFirst()).isEqualTo("only in " + a + ": gone float32 [1]");
    assertThat(result.lines().get(1)).isEqualTo("only in " + b + ": new float16 [1]");
    assertThat(result.lines().get(2))
        .matches("name +numbers +max \\|a-b\\| +relative +cosine +types");
    assertThat(result.out())
        .containsPattern("moved +2 +1\\.000e\\+00 +2\\.000e-01 +0\\.9990767")
        .contains("wide: shape [2, 1] / [1, 2]\n")
        .endsWith("4 of 5 tensors differ, at most by 1.000e+00 (moved)\n");
    JsonNode line =
        Json.parse(run("diff", a, b, "--json", "--tensors", "moved").lines().get(0), "");
    double cosine = (1 + 5 + 20) / (Math.sqrt(21) * Math.sqrt(1 + 6.25 + 25));
    assertThat(line.path("cosine").asDouble()).isCloseTo(cosine, within(1e-12));
    assertThat(line.path("max_rel").asDouble()).isCloseTo(0.2, within(1e-12));
    assertThat(line.path("differing").asLong()).isEqualTo(2);
  }

  @Test
  void allowsAsMuchAsIsAskedFor() throws IOException {
    Path a = file("a", Tools.tensors("x", view(DType.FLOAT32, Shape.of(2), 1, 100)));
    Path b = file("b", Tools.tensors("x", view(DType.FLOAT32, Shape.of(2), 1.5, 101)));
    assertThat(run("diff", a, b, "--atol", "1").code()).isZero();
    assertThat(run("diff", a, b, "--atol", "0.9").code()).isEqualTo(1);
    assertThat(run("diff", a, b, "--rtol", "0.34").code()).isZero();
    assertThat(run("diff", a, b, "--rtol", "0.01").code()).isEqualTo(1);
    refused("--rtol -1.0: expected a number of at least 0", "diff", a, b, "--rtol", "-1");
  }

  @Test
  void whatIsNoNumberEqualsItself() throws IOException {
    double inf = Double.POSITIVE_INFINITY;
    Path a = file("a", Tools.tensors("x", view(DType.FLOAT32, Shape.of(3), Double.NaN, inf, 1)));
    Path b = file("b", Tools.tensors("x", view(DType.BFLOAT16, Shape.of(3), Double.NaN, inf, 1)));
    Path c = file("c", Tools.tensors("x", view(DType.FLOAT32, Shape.of(3), 0, -inf, 1)));
    assertThat(run("diff", a, b, "--ignore-dtype").code()).isZero();
    Result result = run("diff", a, c, "--atol", "1000000", "--json");
    assertThat(result.code()).isEqualTo(1);
    assertThat(Json.parse(result.lines().getFirst(), "").path("differing").asLong()).isEqualTo(2);
  }

  @Test
  void comparesArchitectures() {
    Result result = run("diff", A0, LLAMA, "--tensors", "0.*");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.lines())
        .contains(
            "config: norm: layernorm / rmsnorm",
            "config: num_kv_heads: null / 2",
            "config: gpt_j_residual: true / false");
    assertThat(result.lines().getLast()).contains(" keys of the configuration");
  }

  @Test
  void comparesConfigurationsOfHuggingFaceKeyByKey() throws IOException {
    Path one = directory.resolve("one");
    ok("--input-dir", A0, "--output-dir", one);
    Path two = Tools.copy(one, directory.resolve("two"));
    Path config = two.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"rotary_pct\" : 0.25", "\"rotary_pct\" : 0.5"));
    assertThat(Files.readString(config)).isNotEqualTo(text);
    Result result = run("diff", one, two);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.lines())
        .containsExactly(
            "config: rotary_pct: 0.25 / 0.5",
            "0 of 40 tensors differ; 1 keys of the configuration");
  }

  @Test
  void comparesWhatTrainingKeepsWhereItIsAskedFor() throws IOException {
    Path a = Tools.checkpoint(directory.resolve("a"), 7, DType.FLOAT32, x -> x);
    Path b = Tools.checkpoint(directory.resolve("b"), 7, DType.FLOAT32, x -> x);
    Tools.addTraining(a);
    Tools.addTraining(b);
    assertThat(run("diff", a, b, "--optimizer", "--ema").code()).isZero();
    assertThat(ok("diff", a, b, "--optimizer", "--ema", "--all").lines())
        .anyMatch(line -> line.startsWith("optimizer/6.norm.bias.exp_avg "))
        .anyMatch(line -> line.startsWith("ema/6.norm.bias "));
  }

  @Test
  void troubleIsTwo() throws IOException {
    Path nothing = directory.resolve("nothing");
    refused(nothing + ": no such file or directory", "diff", A0, nothing);
    Path damaged = directory.resolve("damaged.safetensors");
    Files.writeString(damaged, "short");
    assertThat(run("diff", damaged, damaged).code()).isEqualTo(2);
    assertThat(run("diff", A0).code()).isEqualTo(2);
    assertThat(run("diff", A_BF16, TP2, "--tensors", "nothing*").code()).isEqualTo(2);
  }
}
