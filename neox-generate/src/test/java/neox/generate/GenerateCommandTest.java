package neox.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {
  private static final List<String> PROMPTS =
      List.of("The quick brown", "int main(void)", "and the license");

  /// By NeoX's generate.py from the same checkpoint.
  private static final List<String> TEXTS =
      List.of(
          "e te te te te te te te te te te te te te",
          " t te t te te te te te te te te te te te",
          " te te te te te te te te te te te te te ");

  private static ToolRun run(String stdin, String... args) {
    return ToolRun.of(stdin, args);
  }

  private static String checkpoint() {
    return ToolRun.checkpoint();
  }

  private static void assertGolden(List<JsonNode> lines) {
    assertThat(lines).hasSize(3);
    for (int i = 0; i < 3; i++) {
      JsonNode line = lines.get(i);
      List<String> keys = new ArrayList<>();
      line.fieldNames().forEachRemaining(keys::add);
      assertThat(keys)
          .containsExactly("context", "text", "length", "finished", "message", "duration_seconds");
      assertThat(line.get("context").asText()).isEqualTo(PROMPTS.get(i));
      assertThat(line.get("text").asText()).isEqualTo(TEXTS.get(i));
      assertThat(line.get("length").asInt()).isEqualTo(40);
      assertThat(line.get("finished").asBoolean(true)).isFalse();
      assertThat(line.get("message").isNull()).isTrue();
      assertThat(line.get("duration_seconds").asDouble()).isPositive();
    }
  }

  @Test
  void continuesPromptsFromStandardInputAsNeoXDoes() {
    ToolRun result =
        run(
            "The quick brown \nint main(void)\n\nand the license\n",
            "--model",
            checkpoint(),
            "-i",
            "-",
            "-o",
            "-",
            "--maximum-tokens",
            "40");
    assertThat(result.err())
        .isEqualTo(
            "standard input: 1 prompts lost the white space around them, as in GPT-NeoX; --prompt"
                + " TEXT keeps it"
                + System.lineSeparator());
    assertThat(result.code()).isEqualTo(ExitCode.OK);
    assertGolden(result.lines());
  }

  /// Python's text mode reads them as `\n`.
  @ParameterizedTest
  @ValueSource(strings = {"\r\n", "\r"})
  void readsPromptFilesWithTheLineEndsOfOtherSystems(String end, @TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("prompts.txt");
    List<List<String>> samples = new ArrayList<>();
    for (String lineEnd : List.of("\n", end)) {
      Files.writeString(file, String.join(lineEnd, "The quick", "brown", "", "int", "main(void)"));
      ToolRun result =
          run(
              "",
              "--model",
              checkpoint(),
              "-i",
              file.toString(),
              "--prompt-end",
              "\n\n",
              "-o",
              "-");
      assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
      samples.add(
          result.lines().stream()
              .map(line -> line.path("context").asText() + line.path("text").asText())
              .toList());
    }
    assertThat(samples.getLast()).hasSize(2).isEqualTo(samples.getFirst());
    assertThat(samples.getLast().getFirst()).startsWith("The quick\nbrown");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "3", "9"})
  void continuesPromptsTogether(String batchSize) {
    ToolRun result =
        run(
            String.join("\n", PROMPTS),
            "--model",
            checkpoint(),
            "-i",
            "-",
            "--maximum-tokens",
            "40",
            "--device",
            "cpu",
            "--batch-size",
            batchSize);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertGolden(result.lines());
  }

  @Test
  void aConfigurationSaysEverythingAndTheFileAppearsWhole(@TempDir Path directory)
      throws IOException {
    Path prompts = Files.writeString(directory.resolve("p.txt"), String.join("|", PROMPTS));
    Path output = directory.resolve("out.jsonl");
    Path config = directory.resolve("gen.yml");
    String saved =
        Files.readString(Path.of(checkpoint()).resolve("global_step20/configs/config.yml"));
    Files.writeString(
        config,
        saved.strip().replaceAll("}$", "")
            + ", \"load\": \"%s\", \"sample_input_file\": \"%s\", \"sample_output_file\": \"%s\","
                .formatted(checkpoint(), prompts, output)
            + " \"prompt_end\": \"|\", \"maximum_tokens\": 40, \"recompute\": true}");
    ToolRun result = run("", config.toString());
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith("wrote " + output + ": 3 samples\nnext: neox-eval --model ");
    assertGolden(new ToolRun(0, Files.readString(output), "").lines());
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void samplesWithoutPromptsStartFromTheEndOfDocumentAndFollowTheSeed() {
    String[] args = {
      "--load",
      checkpoint(),
      "--num-samples",
      "2",
      "--temperature",
      "1",
      "--top-k",
      "50",
      "--top-p",
      "0.95",
      "--maximum_tokens",
      "12",
      "--seed",
      "7"
    };
    ToolRun first = run("", args);
    assertThat(first.code()).as(first.err()).isEqualTo(ExitCode.OK);
    assertThat(first.lines()).hasSize(2);
    assertThat(first.lines().get(0).get("context").asText()).isEmpty();
    assertThat(texts(run("", args))).isEqualTo(texts(first));
    args[args.length - 1] = "8";
    assertThat(texts(run("", args))).isNotEqualTo(texts(first));
    assertThat(texts(first).get(0)).isNotEqualTo(texts(first).get(1));
  }

  private static List<String> texts(ToolRun result) {
    return result.lines().stream().map(line -> line.get("text").asText()).toList();
  }

  @Test
  void warnsWhenThePromptLeavesNoRoom() {
    JsonNode line = run("x".repeat(64), "--model", checkpoint(), "-i", "-").lines().getFirst();
    assertThat(line.get("text").isTextual()).isTrue();
    assertThat(line.get("text").asText()).isEmpty();
    assertThat(line.get("length").asInt()).isZero();
    assertThat(line.get("message").asText())
        .isEqualTo(
            "WARNING: text generation did not start; try different batching or adjust parameters");
  }

  @Test
  void fillsTheModelsLengthAndNoMore() {
    JsonNode line = run("x".repeat(60), "--model", checkpoint(), "-i", "-").lines().getFirst();
    assertThat(line.get("length").asInt()).isEqualTo(4);
  }

  private static void assertRefused(ToolRun result, String message) {
    result.assertRefused(message);
  }

  @Test
  void refusesAPromptThatIsTooLongBeforeWritingAnything(@TempDir Path directory) {
    Path output = directory.resolve("out.jsonl");
    assertRefused(
        run("ok\n" + "x".repeat(65), "--model", checkpoint(), "-i", "-", "-o", output.toString()),
        "standard input: prompt 2 has 65 tokens, the model takes 64; shorten it");
    assertThat(output).doesNotExist();
  }

  @Test
  void refusesWhatMakesNoSense(@TempDir Path directory) throws IOException {
    assertRefused(
        run("", "-i", "-"), "no model given; use --model DIR, or a configuration with load: DIR");
    assertRefused(
        run("\n \n", "--model", checkpoint(), "-i", "-"), "standard input: no prompts in it");
    assertRefused(
        run("", "--model", checkpoint(), "-i", directory.toString()),
        directory + ": expected a file or a pipe, found a directory");
    assertRefused(
        run("", "--model", checkpoint(), "--num-samples", "0"),
        "--num-samples 0: expected at least 1");
    assertRefused(
        run("", "--model", checkpoint(), "--maximum-tokens", "-1"),
        "--maximum-tokens -1: expected a count, or 0 for as many as fit");
    assertRefused(
        run("", "--model", checkpoint(), "--eos-token-id", "3,-1"),
        "--eos-token-id [3, -1]: expected ids from 0 on");
    assertRefused(
        run("", "--model", checkpoint(), "--batch-size", "0"),
        "--batch-size 0: expected at least 1");
    assertRefused(
        run("", "--model", checkpoint(), "--device", "tpu"),
        "device 'tpu': expected cpu, cuda or cuda:N (N from 0)");
    assertRefused(
        run("a", "--model", checkpoint(), "-i", "-", "--top-p", "2"),
        "top-p 2.0: expected a probability from 0 (off) to 1");
    assertRefused(
        run("a", "--model", checkpoint(), "-i", "-", "--prompt-end", ""),
        "--prompt-end: expected at least one character");
    Path bad = Files.write(directory.resolve("bad.txt"), new byte[] {'a', (byte) 0xff});
    assertRefused(
        run("", "--model", checkpoint(), "-i", bad.toString()), bad + ": not valid UTF-8");
    Path config = directory.resolve("c.yml");
    String saved =
        Files.readString(Path.of(checkpoint()).resolve("global_step20/configs/config.yml"));
    Files.writeString(
        config, saved.strip().replaceAll("}$", "") + ", \"text_gen_type\": \"interactive\"}");
    assertRefused(
        run("", "--model", checkpoint(), config.toString()),
        "interactive: standard input and output are no terminal; pipe prompts in with -i -, or rows"
            + " with --jsonl");
    Files.writeString(config, saved);
    assertRefused(
        run("", config.toString()),
        "the configuration names no model; add load: DIR to it, or give --load DIR");
  }

  @Test
  void refusesModesThatContradictEachOther() {
    assertRefused(
        run("", "--interactive", "--text-gen-type", "precompute"),
        "--interactive: contradicts --text-gen-type precompute");
    assertRefused(
        run("", "--interactive", "-p", "a"),
        "--text-gen-type interactive reads no prompts; leave --prompt, the input file and --jsonl"
            + " out");
    assertRefused(
        run("", "--interactive", "--num-samples", "2", "--model", "m"),
        "--num-samples: a session writes one answer to each prompt; leave it out");
    assertRefused(run("", "--jsonl", "-p", "a"), "--prompt gives the prompts; leave --jsonl out");
    assertRefused(
        run("", "--key", "a"), "--key, --unordered and --on-error belong to --jsonl; add it");
    assertRefused(
        run("", "--model", "m", "--jsonl", "--format", "text"),
        "--jsonl writes rows of JSON; leave --format text out");
    assertRefused(
        run("", "--text-gen-type", "input-file"),
        "--text-gen-type input-file: name the file with -i FILE");
    assertRefused(
        run("", "--text-gen-type", "precompute"),
        "text_gen_type precompute: give the configuration that names the datasets");
    assertRefused(run("", "--model", "m", "--stop", ""), "--stop: expected at least one character");
  }

  @Test
  void makesSeveralSamplesOfEachPromptInTheirOrder() {
    String[] args = {
      "--model",
      checkpoint(),
      "-i",
      "-",
      "--temperature",
      "1",
      "--max-tokens",
      "6",
      "--num-samples",
      "2",
      "--batch-size",
      "3"
    };
    ToolRun result = run("one\ntwo", args);
    assertThat(result.lines().stream().map(line -> line.get("context").asText()))
        .containsExactly("one", "one", "two", "two");
    assertThat(texts(result).get(0)).isNotEqualTo(texts(result).get(1));
    args[args.length - 1] = "1";
    assertThat(texts(run("one\ntwo", args))).isEqualTo(texts(result));
  }

  @Test
  void anAnswerEndsBeforeAStopText() {
    String[] args = {"--model", checkpoint(), "-p", PROMPTS.get(0), "--stop", "q", "--stop", "e t"};
    JsonNode line = run("", args).lines().getFirst();
    assertThat(line.get("text").asText()).isEmpty();
    assertThat(line.get("finished").asBoolean()).isTrue();
  }

  @Test
  void tellsHowLikelyTheTokensWere() {
    String[] args = {"--model", checkpoint(), "-p", PROMPTS.get(0), "--max-tokens", "2"};
    JsonNode chosen = run("", with(args, "--logprobs")).lines().getFirst().get("logprobs");
    assertThat(chosen).hasSize(2);
    assertThat(chosen.get(0).get("token").asText()).isEqualTo("e");
    assertThat(chosen.get(0).get("id").asInt()).isEqualTo('e');
    assertThat(chosen.get(0).get("logprob").asDouble()).isNegative();
    assertThat(chosen.get(0).has("likeliest")).isFalse();
    JsonNode some = run("", with(args, "--logprobs=3")).lines().getFirst().get("logprobs").get(1);
    assertThat(some.get("likeliest")).hasSize(3);
    assertThat(some.get("likeliest").get(0).get("token").asText()).isEqualTo(" ");
    JsonNode logits = run("", with(args, "--return-logits")).lines().getFirst().get("logits");
    assertThat(logits).hasSize(2);
    assertThat(logits.get(0)).hasSize(512);
    assertThat(logits.get(0).get('e').isNumber()).isTrue();
  }

  @Test
  void anAnswerEndsAtTheTokensThatAreNamed() {
    String[] args = {"--model", checkpoint(), "-p", PROMPTS.get(0), "--eos_token_id", "5,116"};
    JsonNode line = run("", args).lines().getFirst();
    assertThat(line.get("text").asText()).isEqualTo("e ");
    assertThat(line.get("finished").asBoolean()).isTrue();
    assertThat(line.get("length").asInt()).isEqualTo(2);
  }

  @Test
  void noMaximumIsTheModelsLength() {
    String[] args = {"--model", checkpoint(), "-p", PROMPTS.get(0), "--max-tokens", "0"};
    assertThat(run("", args).lines().getFirst().get("length").asInt()).isEqualTo(64 - 15);
  }

  private static String[] with(String[] args, String more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void refusesZeroThreads() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new GenerateCommand(),
            new String[] {"--model", checkpoint(), "--threads", "0"},
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("neox-generate: --threads 0: expected at least 1" + System.lineSeparator());
  }

  @Test
  void continuesTheTextOfTheCommandLineExactlyAsItIsGiven() {
    ToolRun result =
        run(
            "",
            "--model",
            checkpoint(),
            "-p",
            PROMPTS.get(0),
            "--prompt",
            " a ",
            "--max-tokens=40");
    assertThat(result.err()).isEmpty();
    assertThat(result.lines()).hasSize(2);
    assertThat(result.lines().get(0).get("text").asText()).isEqualTo(TEXTS.get(0));
    assertThat(result.lines().get(1).get("context").asText()).isEqualTo(" a ");
  }

  @Test
  void writesPlainTextWhereItIsAskedFor(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("out.txt");
    String[] args = {
      "--model", checkpoint(), "-i", "-", "--maximum-tokens", "40", "--format", "text"
    };
    String expected =
        PROMPTS.get(0) + TEXTS.get(0) + "\n\n" + PROMPTS.get(1) + TEXTS.get(1) + "\n\n";
    String prompts = PROMPTS.get(0) + "\n" + PROMPTS.get(1);
    assertThat(run(prompts, args).out()).isEqualTo(expected);
    String[] toFile =
        Stream.concat(Stream.of(args), Stream.of("-o", file.toString())).toArray(String[]::new);
    assertThat(run(prompts, toFile).out()).isEmpty();
    assertThat(file).hasContent(expected);
  }

  @Test
  void replacesAFileOnlyWhenAsked(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("out.jsonl"), "mine");
    Path noModel = Files.createDirectory(directory.resolve("model"));
    assertRefused( // before the model is looked at
        run("a", "--model", noModel.toString(), "-i", "-", "-o", file.toString()),
        file + ": is there already; add --overwrite to replace it");
    assertThat(file).hasContent("mine");
    assertRefused(
        run("a", "--model", noModel.toString(), "-i", "-", "-o", "/dev/null", "--overwrite"),
        "/dev/null: is no regular file; give - to write to standard output");
    ToolRun result =
        run("a", "--model", checkpoint(), "-i", "-", "-o", file.toString(), "--overwrite", "-q");
    assertThat(result.err()).isEmpty();
    assertThat(Files.readString(file)).startsWith("{\"context\":\"a\"");
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void readsPromptsFromAPipeAndBehindAByteOrderMark(@TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<Path> written = writer.submit(() -> Files.writeString(pipe, "\ufeffa\nb\n"));
      ToolRun result = run("", "--model", checkpoint(), "-i", pipe.toString());
      written.get();
      assertThat(result.lines().stream().map(line -> line.get("context").asText()))
          .containsExactly("a", "b");
    }
    assertRefused(
        run("", "--model", checkpoint(), "-i", "/dev/zero"),
        "/dev/zero: expected a file or a pipe, found a device");
  }

  @Test
  void tellsWhereToGetAModelThatIsOnlyOnTheHub() {
    assertRefused(
        run("a", "--model", "EleutherAI/pythia-70m", "-i", "-"),
        "EleutherAI/pythia-70m: no such directory; fetch a model of that name from the hub with"
            + " 'neox-prepare checkpoint EleutherAI/pythia-70m', then give --model pythia-70m");
    assertRefused(
        run("a", "--model", "nowhere", "-i", "-"),
        "nowhere: no such directory; expected a checkpoint or a model");
  }

  /// Python's white space, as NeoX takes it away, is not Java's.
  @Test
  void takesTheWhiteSpaceOfPythonFromPromptsOfAFile() {
    ToolRun result =
        run("\u00a0a\u0085\r\n\u00a0\nb\r\n", "--model", checkpoint(), "-i", "-", "-q");
    assertThat(result.lines().stream().map(line -> line.get("context").asText()))
        .containsExactly("a", "b");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void refusesPromptsGivenTwice() {
    assertRefused(
        run("", "--model", checkpoint(), "-p", "a", "-i", "-"),
        "--prompt gives the prompts; leave the input file out");
  }

  @Test
  void showsItsHelp() {
    ToolRun result = run("", "--help");
    assertThat(result.code()).isEqualTo(ExitCode.OK);
    assertThat(result.out()).contains("--sample-input-file", "--top-p", "--temperature");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "[", "{\"a\":", "(((", "\u00e9\ud83d\ude42"})
  void aLineOfTenMegabytesIsRefusedInOneLine(String part, @TempDir Path directory)
      throws IOException {
    Path prompts = directory.resolve("prompts.txt");
    int times = 10_000_000 / part.getBytes(StandardCharsets.UTF_8).length;
    Files.writeString(prompts, part.repeat(times));
    ToolRun result =
        run("", "--model", checkpoint(), "-i", prompts.toString(), "--max-tokens", "1");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .matches(
            "neox-generate: "
                + Pattern.quote(prompts.toString())
                + ": prompt 1 has \\d+ tokens, the model takes 64; shorten it\n");
  }
}
