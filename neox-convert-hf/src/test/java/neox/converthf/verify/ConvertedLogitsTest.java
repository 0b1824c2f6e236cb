package neox.converthf.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;
import neox.converthf.ConvertCommand;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is converted computes what gpt-neox's own conversion does; see the README of the logits.
class ConvertedLogitsTest {
  private static final Path CHECKPOINTS =
      Path.of("..", "shared", "weights", "src", "test", "resources", "golden", "checkpoints");
  private static final Path LOGITS = Path.of("src", "test", "resources", "golden", "logits");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"C_llama", "D_mp2"})
  void logitsAreThoseOfTheOriginalsConversion(String name) throws Exception {
    Path out = directory.resolve("out");
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    String[] arguments = {
      "--input-dir", CHECKPOINTS.resolve(name).resolve("global_step20").toString(),
      "--output-dir", out.toString()
    };
    int code =
        Tool.run(new ConvertCommand(), arguments, InputStream.nullInputStream(), nowhere, nowhere);
    assertThat(code).isEqualTo(ExitCode.OK);
    JsonNode ids = Json.read(LOGITS.resolve("tokens.json"));
    int[] tokens = new int[ids.size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = ids.get(i).asInt();
    }
    FloatBuffer expected =
        ByteBuffer.wrap(Files.readAllBytes(LOGITS.resolve(name + ".f32")))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    try (Reference reference = Reference.open(out)) {
      double[][] logits = reference.logits(tokens);
      assertThat(logits).hasDimensions(16, 512);
      for (double[] row : logits) {
        for (double logit : row) {
          assertThat(logit).isCloseTo(expected.get(), within(1e-4));
        }
      }
    }
  }
}
