package neox.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.base.json.Json;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tool with a real model on libtorch. (`benchmarks/eval-golden.sh` compares it with recorded
/// runs of the harness, whose tokenizer is not ours to keep here.)
class EndToEndTest {
  /// fp32 against double through the whole model, summed over a continuation.
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path directory;

  private void evaluate(String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.addAll(List.of("--data", EvalData.path("data").toString(), "--log-samples", "-q"));
    args.addAll(List.of("--model", directory.resolve("model").toString()));
    args.addAll(List.of("--output-path", directory.resolve("out").toString()));
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new EvalCommand(EvalCommand::openModel, Map.of("HF_HUB_OFFLINE", "1")),
            args.toArray(String[]::new),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(stderr, true, StandardCharsets.UTF_8));
    assertThat(code).as(stderr.toString(StandardCharsets.UTF_8)).isZero();
  }

  private List<JsonNode> samples(String task) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("out"))) {
      Path file =
          files
              .filter(path -> path.getFileName().toString().startsWith("samples_" + task))
              .findFirst()
              .orElseThrow();
      return Files.readAllLines(file).stream().map(line -> Json.parse(line, "sample")).toList();
    }
  }

  @Test
  void logLikelihoodsEqualThoseOfTheFormulas() throws IOException {
    TinyModel model = new TinyModel();
    Path json = directory.resolve("model").resolve("tokenizer.json");
    String text = Files.readString(EvalData.path("data/hellaswag/train.jsonl"));
    model.write(directory.resolve("model"), text);
    evaluate("--tasks", "sciq,lambada_openai,hellaswag", "--limit", "4", "--num-fewshot", "1");
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(json), Optional.empty());
    int compared = 0;
    for (String task : List.of("sciq", "lambada_openai", "hellaswag")) {
      for (JsonNode sample : samples(task)) {
        int index = 0;
        for (JsonNode arguments : sample.get("arguments")) {
          String context = arguments.get("arg_0").asText();
          int[] head = tokenizer.encode(context);
          int[] whole = tokenizer.encode(context + arguments.get("arg_1").asText());
          assertThat(whole).hasSizeLessThan(TinyModel.POSITIONS);
          double expected =
              model.logLikelihood(head, Arrays.copyOfRange(whole, head.length, whole.length));
          assertThat(sample.at("/filtered_resps/" + index++ + "/0").asDouble())
              .as("%s %s", task, arguments)
              .isEqualTo(expected, offset(TOLERANCE));
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(4 * 4 + 4 + 4 * 4);
  }
}
