package neox.prepare.sample;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.preprocess.Preprocess;
import neox.preprocess.PreprocessPlan;
import neox.preprocess.TokenizerTraining;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;

/// Makes the data set `sample` out of nothing: text, tokenizer, tokens, evaluation sets, prompts.
/// The same arguments give the same bytes.
public final class SamplePreparation {
  private static final String MANIFEST = "sample.json";

  /// What to make.
  ///
  /// @param megabytes how much text
  /// @param vocabSize tokens in the vocabulary
  public record Options(long seed, double megabytes, int vocabSize) {
    public Options {
      if (!(megabytes > 0 && megabytes <= 1000)) {
        throw UserException.of("--megabytes: expected more than 0, at most 1000: %s", megabytes);
      }
    }

    String manifest() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("dataset", "sample");
      map.put("seed", seed);
      map.put("megabytes", megabytes);
      map.put("vocab_size", vocabSize);
      return Json.pretty(map);
    }
  }

  private final Path directory;
  private final Options options;
  private final Console console;

  /// Makes nothing yet.
  ///
  /// @param directory where everything goes
  public SamplePreparation(Path directory, Options options, Console console) {
    this.directory = directory;
    this.options = options;
    this.console = console;
  }

  /// Whether everything is there already; [UserException] when it was made with other options.
  public boolean isDone() throws IOException {
    Path manifest = directory.resolve(MANIFEST);
    if (!Files.exists(manifest)) {
      return false;
    }
    if (!NamedFiles.readString(manifest).equals(options.manifest())) {
      throw UserException.of(
          "%s: the sample was made with other options; give -f to make it again, or another"
              + " directory",
          manifest);
    }
    return true;
  }

  /// Writes every file, the manifest last: its presence says that all are complete.
  public void make() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(MANIFEST));
    Path text = directory.resolve("sample.jsonl");
    long documents = writeText(text);
    console.made(
        text.toString(),
        String.format(Locale.ROOT, "%,d documents, %,d bytes", documents, Files.size(text)));
    Path vocabulary = directory.resolve("tokenizer.json");
    TokenizerTraining.run(
        List.of(text.toString()), List.of("text"), options.vocabSize(), vocabulary, console);
    tokenize(text, vocabulary);
    write("eval/lambada_openai/test.jsonl", SampleEvaluation.lambada(options.seed()));
    write("eval/sciq/test.jsonl", SampleEvaluation.sciq(options.seed()));
    write("prompts.txt", SampleEvaluation.prompts());
    AtomicFile.write(directory.resolve(MANIFEST), options.manifest());
  }

  private long writeText(Path file) throws IOException {
    SampleCorpus corpus = new SampleCorpus(options.seed());
    long wanted = Math.round(options.megabytes() * 1e6);
    long documents = 0;
    try (AtomicFile atomic = AtomicFile.create(file)) {
      OutputStream out = new BufferedOutputStream(atomic.stream());
      for (long bytes = 0; bytes < wanted; documents++) {
        String text = corpus.next();
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
        out.write((Json.line(Map.of("text", text)) + "\n").getBytes(StandardCharsets.UTF_8));
      }
      out.flush();
      atomic.commit();
    }
    return documents;
  }

  private void tokenize(Path text, Path vocabulary) throws IOException, InterruptedException {
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(vocabulary), Optional.empty());
    PreprocessPlan plan =
        PreprocessPlan.builder(List.of(text.toString()), directory.resolve("sample"))
            .ending(PreprocessPlan.Ending.END_OF_DOCUMENT)
            .existing(PreprocessPlan.Existing.OVERWRITE)
            .build();
    Preprocess.run(plan, tokenizer, console);
  }

  private void write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    AtomicFile.write(file, content);
    console.made(file.toString(), String.format(Locale.ROOT, "%,d rows", content.lines().count()));
  }
}
