package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;

/// The tool as a user starts it.
///
/// @param code with which it ended
/// @param errors what it wrote to standard error
public record Runs(int code, String errors) {
  /// Runs `neox-convert-hf`.
  public static Runs of(Object... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code =
        Tool.run(
            new ConvertCommand(),
            Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new),
            InputStream.nullInputStream(),
            stream,
            stream);
    return new Runs(code, err.toString(StandardCharsets.UTF_8));
  }

  /// Converts a checkpoint, whose tokenizer is not known, and gives the result one of 512 tokens.
  ///
  /// @param hf the directory to make, which is returned
  public static Path huggingFace(Path checkpoint, Path hf) throws IOException {
    Runs run = of("--input-dir", checkpoint, "--output-dir", hf, "--no-save-tokenizer");
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    Files.writeString(hf.resolve("tokenizer.json"), tokenizerJson(512));
    return hf;
  }

  /// A vocabulary of so many tokens, as `tokenizer.json` has it.
  public static String tokenizerJson(int tokens) {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    vocab.put("<|endoftext|>", 0);
    for (int id = 1; id < tokens; id++) {
      vocab.put("t" + id, id);
    }
    return Json.pretty(
        Map.of(
            "version",
            "1.0",
            "added_tokens",
            List.of(),
            "model",
            Map.of("type", "BPE", "vocab", vocab, "merges", List.of())));
  }
}
