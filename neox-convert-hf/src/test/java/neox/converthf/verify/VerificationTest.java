package neox.converthf.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.UserException;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The comparison, with a script in the place of neox-generate.
class VerificationTest {
  private static final Path HF = ReferenceTest.GOLDEN.resolve("llama_grouped_biases");

  /// Rows of the checkpoint's head, of which the directory keeps 40.
  private static final int PADDED = 48;

  @TempDir Path directory;

  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(errors, true, StandardCharsets.UTF_8);
  private final Console console =
      new Console(InputStream.nullInputStream(), stream, stream, false, false);

  @Test
  void equalModelsAreVerifiedThoughOneHasAPaddedVocabulary() throws Exception {
    Verification verification = verification(Optional.empty());
    LogitDifference difference = verification.run(program(0));
    assertThat(difference.largest()).isLessThan(2e-5);
    assertThat(difference.alike()).isEqualTo(24);
    assertThat(VerifyCommand.report(difference, verification, console)).isEqualTo(ExitCode.OK);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .startsWith(HF + ": verified: largest difference of logits ")
        .contains("the same likeliest token after 24 of 24");
    assertThat(Files.readAllLines(directory.resolve("arguments")))
        .startsWith("logits", "-q", "--model", "ckpt", "--round-weights", "fp32", "--output")
        .endsWith(
            "--token-ids",
            "0,1,2,3,5,6,7,8,10,11,12,13,15,16,17,18,20,21,22,23,25,26,27,28,30,31,32,33,35,36,37,39",
            "c.yml");
  }

  @Test
  void aLogitThatDiffersByMoreThanRoundingIsFailure() throws Exception {
    Verification verification = verification(Optional.of("some text"));
    LogitDifference difference = verification.run(program(0.01));
    assertThat(difference.position()).isEqualTo(3);
    assertThat(difference.token()).isEqualTo(5);
    assertThat(VerifyCommand.report(difference, verification, console)).isEqualTo(ExitCode.FAILED);
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .startsWith(
            "neox-convert-hf: "
                + HF
                + ": is not the model of ckpt: largest difference of logits 0.010 (position 3,"
                + " token 5; bound 0.0")
        .hasLineCount(1);
    assertThat(Files.readAllLines(directory.resolve("arguments")))
        .endsWith("--prompt", "some text", "c.yml");
    assertThat(verification.run(program(Double.NaN)).isWithinBound()).isFalse();
  }

  @Test
  void passesOnWhatNeoxGenerateSays() throws Exception {
    Verification verification = verification(Optional.empty());
    GenerateProgram refusing =
        script("echo warning: x; echo 'neox-generate logits: no such thing' >&2; exit 2");
    assertThatThrownBy(() -> verification.run(refusing))
        .isInstanceOf(UserException.class)
        .hasMessage("neox-generate logits: no such thing");
    GenerateProgram failing = script("echo broken; exit 1");
    assertThatThrownBy(() -> verification.run(failing))
        .isInstanceOf(IOException.class)
        .hasMessage("neox-generate ended with exit code 1: broken");
  }

  private static Verification verification(Optional<String> prompt) {
    return new Verification(Path.of("ckpt"), List.of("c.yml"), HF, prompt);
  }

  /// Notes its arguments and writes the recorded logits.
  ///
  /// @param added to one of them
  private GenerateProgram program(double added) throws IOException {
    JsonNode recorded = Json.read(HF.resolve("logits.json"));
    int[] tokens = ReferenceTest.tokens(recorded);
    MemorySegment ids = Floats.allocate(DType.INT64, tokens.length);
    MemorySegment logits = Floats.allocate(DType.FLOAT32, (long) tokens.length * PADDED);
    for (int t = 0; t < tokens.length; t++) {
      ids.setAtIndex(ValueLayout.JAVA_LONG, t, tokens[t]);
      for (int id = 0; id < PADDED; id++) {
        double logit = id < 40 ? recorded.at("/logits/" + t + "/" + id).asDouble() : 1000;
        double wrong = t == 3 && id == 5 ? added : 0;
        logits.setAtIndex(ValueLayout.JAVA_FLOAT, (long) t * PADDED + id, (float) (logit + wrong));
      }
    }
    Path prepared = directory.resolve("prepared");
    SafetensorsWriter.writeFile(
        prepared,
        List.of(
            NamedTensor.of("input_ids", new TensorView(DType.INT64, Shape.of(tokens.length), ids)),
            NamedTensor.of(
                "logits", new TensorView(DType.FLOAT32, Shape.of(tokens.length, PADDED), logits))),
        SafetensorsWriter.PYTORCH);
    return script(
        """
        for word; do echo "$word"; done > '%s'
        while [ "$1" != --output ]; do shift; done
        cp '%s' "$2"
        """
            .formatted(directory.resolve("arguments"), prepared));
  }

  private GenerateProgram script(String text) throws IOException {
    Path script = Files.writeString(directory.resolve("neox-generate"), "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new GenerateProgram(script);
  }
}
