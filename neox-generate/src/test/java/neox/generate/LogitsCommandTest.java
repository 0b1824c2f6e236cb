package neox.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogitsCommandTest {
  @TempDir Path directory;

  private String errors = "";

  @Test
  void writesTheLogitsAfterEveryToken() throws Exception {
    float[] ofIds = logits("--token-ids", "84,104,101");
    assertThat(ofIds).hasSize(3 * 512);
    assertThat(logits("-p", "The")).isEqualTo(ofIds);
    assertThat(logits("-p", "Thx")).startsWith(Arrays.copyOf(ofIds, 2 * 512));
    assertThat(errors).isEmpty();
  }

  @Test
  void roundsTheWeightsAsAConversionWould() throws Exception {
    float[] whole = logits("-p", "The");
    assertThat(logits("-p", "The", "--round-weights", "fp32")).isEqualTo(whole);
    float[] rounded = logits("-p", "The", "--round-weights", "bf16");
    double worst = 0;
    for (int i = 0; i < whole.length; i++) {
      worst = Math.max(worst, Math.abs((double) whole[i] - rounded[i]));
    }
    assertThat(worst).isBetween(1e-4, 0.5);
  }

  @Test
  void refusesTextsThatTheModelCannotTake() {
    assertRefused("expected the text: one of --prompt and --token-ids");
    assertRefused(
        "expected the text: one of --prompt and --token-ids", "-p", "a", "--token-ids", "1");
    assertRefused(
        checkpoint() + ": token 512 is not in the vocabulary of 512", "--token-ids", "1,512");
    assertRefused(
        checkpoint() + ": the text has 65 tokens; expected 1 to 64", "-p", "x".repeat(65));
    assertRefused(checkpoint() + ": the text has 0 tokens; expected 1 to 64", "-p", "");
  }

  private void assertRefused(String message, String... more) {
    assertThat(run(more)).isEqualTo(ExitCode.USAGE);
    assertThat(errors).isEqualTo("neox-generate: " + message + "\n");
    assertThat(directory.resolve("logits.safetensors")).doesNotExist();
  }

  private float[] logits(String... more) throws IOException {
    assertThat(run(more)).as(errors).isEqualTo(ExitCode.OK);
    try (TensorStore file = SafetensorsDirectory.openFile(output())) {
      TensorView ids = file.view("input_ids");
      assertThat(ids.dtype()).isEqualTo(DType.INT64);
      assertThat(ids.shape()).isEqualTo(Shape.of(3));
      assertThat(ids.bytes().get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo('T');
      TensorView logits = file.view("logits");
      assertThat(logits.dtype()).isEqualTo(DType.FLOAT32);
      assertThat(logits.shape()).isEqualTo(Shape.of(3, 512));
      return logits.bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
  }

  private Path output() {
    return directory.resolve("logits.safetensors");
  }

  private int run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("logits", "-q", "--threads", "1"));
    arguments.addAll(List.of("--model", checkpoint(), "-o", output().toString()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code =
        Tool.run(
            new GenerateCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            stream,
            stream);
    errors = err.toString(StandardCharsets.UTF_8);
    return code;
  }

  private static String checkpoint() {
    try {
      return Path.of(LogitsCommandTest.class.getResource("/golden/pythia/checkpoint").toURI())
          .toString();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
