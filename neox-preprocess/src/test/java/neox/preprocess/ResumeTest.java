package neox.preprocess;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.members;
import static neox.preprocess.Packed.tar;
import static neox.preprocess.Packed.utf8;
import static neox.preprocess.Packed.zip;
import static neox.preprocess.Packed.zstd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.UserException;
import neox.data.indexed.WorkDirectory;
import neox.preprocess.PreprocessPlan.Existing;
import neox.preprocess.PreprocessPlan.Unfinished;
import neox.preprocess.encode.OnError;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  private static final int ROWS = 9000;

  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path whole;
  private Path broken;

  @BeforeEach
  void makeDirectories() throws IOException {
    whole = Files.createDirectory(directory.resolve("whole"));
    broken = Files.createDirectory(directory.resolve("broken"));
  }

  /// Rows of different lengths, one of them longer than a chunk, about 2 MB.
  private static String rows(int first, int count) {
    StringBuilder rows = new StringBuilder();
    for (int i = first; i < first + count; i++) {
      String text = "row %d ".formatted(i).repeat(i == 4321 ? 40_000 : i % 40);
      rows.append("{\"text\": \"").append(text).append("\", \"title\": \"").append(i % 7);
      rows.append("\"}\n");
    }
    return rows.toString();
  }

  private PreprocessPlan.Builder plan(Path output, String... inputs) {
    return PreprocessPlan.builder(List.of(inputs), output.resolve("out"))
        .workers(2)
        .saveBytes(200_000);
  }

  private Preprocess.Summary run(PreprocessPlan.Builder plan, BooleanSupplier stop)
      throws Exception {
    return run(plan, new byte[0], stop);
  }

  private Preprocess.Summary run(PreprocessPlan.Builder plan, byte[] stdin, BooleanSupplier stop)
      throws Exception {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(new ByteArrayInputStream(stdin), stream, stream, false, false);
    var tokenizer = Tokenizers.open("CharLevelTokenizer", Optional.empty(), Optional.empty());
    return Preprocess.run(plan.build(), tokenizer, console, stop);
  }

  /// Stops after a number of results.
  private static BooleanSupplier after(int results) {
    int[] left = {results};
    return () -> left[0]-- <= 0;
  }

  private String said() {
    String said = err.toString(StandardCharsets.UTF_8);
    err.reset();
    return said;
  }

  private void assertSameOutput(Path expected, Path actual) throws IOException {
    assertThat(Run.files(actual)).isEqualTo(Run.files(expected));
    for (String file : Run.files(expected)) {
      if (!file.endsWith(".json")) {
        assertThat(Files.mismatch(expected.resolve(file), actual.resolve(file)))
            .as(file)
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void endsInTheSameBytesAfterACrashAtAnyMoment() throws Exception {
    byte[] rows = utf8(rows(0, ROWS));
    Map<String, byte[]> documents = new LinkedHashMap<>();
    for (int i = 0; i < 3000; i++) {
      documents.put("d" + i, utf8("document %d ".formatted(i).repeat(i % 60)));
    }
    Map<String, byte[]> corpora = new LinkedHashMap<>();
    corpora.put("a.jsonl", rows);
    corpora.put("b.jsonl.zst", zstd(rows));
    corpora.put("c.jsonl.zst.tar", tar(members("x", zstd(rows), "y", zstd(utf8(rows(7, 2000))))));
    corpora.put("d.tar.gz", gzip(tar(documents)));
    corpora.put("e.zip", zip(documents));
    Path many = Run.GOLDEN.resolve("parquet/other/many.parquet");
    corpora.put("f.parquet", Files.readAllBytes(many));
    corpora.put("stdin", rows);
    for (Map.Entry<String, byte[]> corpus : corpora.entrySet()) {
      crashAndResume(corpus.getKey(), corpus.getValue());
    }
  }

  private void crashAndResume(String name, byte[] content) throws Exception {
    boolean piped = name.equals("stdin");
    byte[] stdin = piped ? content : new byte[0];
    String input = piped ? "-" : Files.write(directory.resolve(name), content).toString();
    Path expected = Files.createDirectory(whole.resolve(name));
    List<Path> crashes = new ArrayList<>();
    int[] polls = {0};
    run(
        plan(expected, input),
        stdin,
        () -> {
          if (++polls[0] % 3 == 1) {
            crash(expected, directory.resolve(name + "-crash-" + polls[0])).ifPresent(crashes::add);
          }
          return false;
        });
    assertThat(crashes).hasSizeGreaterThan(1);
    said();
    for (Path crash : crashes) {
      run(plan(crash, input).unfinished(Unfinished.RESUME), stdin, () -> false);
      assertThat(said()).startsWith("going on after ");
      assertThat(crash.resolve("out.done.json")).exists();
      Files.delete(crash.resolve("out.done.json"));
      assertSameOutput(expected, crash);
    }
  }

  /// What a crash leaves: the files as they are, with anything behind what the journal promises.
  private static Optional<Path> crash(Path running, Path copy) {
    Path work = running.resolve("out.partial");
    try {
      if (!Files.exists(work.resolve("journal.json"))) {
        return Optional.empty();
      }
      Path target = copy.resolve("out.partial");
      Files.createDirectories(target);
      Files.copy(work.resolve("journal.json"), target.resolve("journal.json"));
      try (Stream<Path> files = Files.list(work)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Path to = target.resolve(file.getFileName().toString());
          if (!Files.exists(to)) {
            Files.copy(file, to);
            Files.write(to, new byte[12345], StandardOpenOption.APPEND);
          }
        }
      }
      return Optional.of(copy);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void goesOnAcrossFilesAndKeysAfterBeingStoppedAgainAndAgain() throws Exception {
    String[] inputs = new String[3];
    for (int i = 0; i < 3; i++) {
      Path file = directory.resolve("part" + i + ".jsonl" + (i == 1 ? ".zst" : ""));
      byte[] rows = utf8(rows(i * 3000, 3000));
      inputs[i] = Files.write(file, i == 1 ? zstd(rows) : rows).toString();
    }
    List<String> keys = List.of("text", "title");
    run(plan(whole, inputs).keys(keys), () -> false);
    PreprocessPlan.Builder plan =
        plan(broken, inputs).keys(keys).unfinished(Unfinished.RESUME).saveBytes(Long.MAX_VALUE);
    int runs = 1;
    while (!run(plan.workers(1 + runs % 3), after(2)).complete()) {
      assertThat(Run.files(broken)).containsExactly("out.partial");
      runs++;
    }
    assertThat(runs).isGreaterThan(4);
    assertThat(said())
        .contains("stopped after ", "give the same command with --resume to go on")
        .contains("out_title_document.{bin,idx}: 9,000 documents");
    run(plan, () -> false);
    assertThat(said().lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith(broken.resolve("out_text_document") + ".{bin,idx}: complete already: 9,");
    Files.delete(broken.resolve("out.done.json"));
    assertSameOutput(whole, broken);
  }

  @Test
  void leavesNothingBehindWhenItFailsBeforeTheFirstSave() throws Exception {
    String input =
        Files.write(directory.resolve("a.jsonl"), utf8(rows(0, 500) + "[]\n")).toString();
    assertThatThrownBy(() -> run(plan(broken, input).saveBytes(1 << 30), () -> false))
        .isInstanceOf(UserException.class)
        .hasMessage(input + ":501: expected a JSON string or object, found a list");
    assertThat(Run.files(broken)).isEmpty();
    assertThat(said()).isEmpty();
    run(plan(broken, input), after(0));
    assertThat(said()).isEqualTo("stopped before the first document; nothing was written\n");
    assertThat(Run.files(broken)).isEmpty();
  }

  @Test
  void goesOnAfterABadRowWasMended() throws Exception {
    Path input = directory.resolve("a.jsonl");
    Files.write(input, utf8(rows(0, 7000) + "{\"text\": 1}\n" + rows(7001, 1999)));
    assertThatThrownBy(() -> run(plan(broken, input.toString()), () -> false))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(input + ":7001: key \"text\" holds a number, expected a string or")
        .hasMessageContaining(" documents before it are kept in " + broken.resolve("out.partial"))
        .hasMessageEndingWith(": mend it and give --resume, or --on-error skip --resume");
    Path skipped = Files.createDirectory(directory.resolve("skipped"));
    AtomicDirectory.deleteTree(skipped);
    copy(broken, skipped);
    run(
        plan(skipped, input.toString()).unfinished(Unfinished.RESUME).onError(OnError.SKIP),
        () -> false);
    assertThat(said())
        .contains(" 1 rows skipped (listed in " + skipped.resolve("out_skipped.jsonl"));
    run(plan(whole, input.toString()).onError(OnError.SKIP), () -> false);
    Files.delete(skipped.resolve("out.done.json"));
    assertSameOutput(whole, skipped);

    Files.write(input, utf8(rows(0, 9000)));
    run(plan(broken, input.toString()).unfinished(Unfinished.RESUME), () -> false);
    AtomicDirectory.deleteTree(whole);
    run(plan(whole, input.toString()), () -> false);
    Files.delete(broken.resolve("out.done.json"));
    assertSameOutput(whole, broken);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void listsEverySkippedRowOnceAlthoughItWasInterrupted() throws Exception {
    String bad = rows(0, 1000) + "\n" + rows(1000, 1000) + "{}\n";
    byte[] archive = tar(members("x", zstd(utf8(bad)), "y", zstd(utf8(bad))));
    String[] inputs = {
      Files.write(directory.resolve("a.jsonl"), utf8(bad.repeat(3))).toString(),
      Files.write(directory.resolve("b.jsonl.zst.tar"), archive).toString(),
    };
    Files.write(directory.resolve("c.jsonl.zst"), java.util.Arrays.copyOf(zstd(utf8(bad)), 5000));
    String[] all = {inputs[0], inputs[1], directory.resolve("c.jsonl.zst").toString()};
    run(plan(whole, all).onError(OnError.SKIP), () -> false);
    while (!run(plan(broken, all).onError(OnError.SKIP).unfinished(Unfinished.RESUME), after(2))
        .complete()) {}
    List<String> report = Files.readAllLines(broken.resolve("out_skipped.jsonl"));
    assertThat(report).hasSize(11);
    assertThat(report.get(0))
        .isEqualTo(
            "{\"file\":\"%s\",\"line\":1001,\"problem\":\"blank line, expected a JSON string or"
                    .formatted(inputs[0])
                + " object\"}");
    assertThat(report.get(9))
        .isEqualTo(
            "{\"file\":\"%s\",\"member\":\"y\",\"line\":2002,\"problem\":\"no key \\\"text\\\" in"
                    .formatted(inputs[1])
                + " this row (choose with --jsonl-keys)\"}");
    assertThat(report.get(10))
        .startsWith("{\"file\":\"" + all[2] + "\",\"problem\":\"damaged or cut short after line ");
    assertThat(said()).contains(", 10 rows skipped, 1 file incomplete (listed in ");
    Files.delete(broken.resolve("out.done.json"));
    assertSameOutput(whole, broken);
  }

  @Test
  void refusesUnfinishedWorkUnlessToldWhatToDo() throws Exception {
    String input = Files.write(directory.resolve("a.jsonl"), utf8(rows(0, ROWS))).toString();
    run(plan(broken, input), after(3));
    assertThatThrownBy(() -> run(plan(broken, input), () -> false))
        .isInstanceOf(UserException.class)
        .hasMessage(
            broken.resolve("out.partial")
                + " holds the work of an earlier run that did not end; give --resume to go on with"
                + " it, or --overwrite to begin again");
    run(plan(broken, input).existing(Existing.OVERWRITE), () -> false);
    run(plan(whole, input), () -> false);
    assertSameOutput(whole, broken);
  }

  @Test
  void refusesToGoOnWithOtherWorkAndNamesTheDifferences() throws Exception {
    Path first = Files.write(directory.resolve("a.jsonl"), utf8(rows(0, 4000)));
    Path second = Files.write(directory.resolve("b.jsonl"), utf8(rows(4000, 5000)));
    String[] inputs = {first.toString(), second.toString()};
    run(plan(broken, inputs), after(7));
    String begin = "--resume: " + broken.resolve("out.partial") + " is of other work: ";
    String end = "; give what was given then, or --overwrite without --resume to begin again";
    assertThatThrownBy(() ->
            run(
                plan(broken, inputs[0])
                    .ending(PreprocessPlan.Ending.END_OF_DOCUMENT)
                    .unfinished(Unfinished.RESUME),
                () -> false))
        .isInstanceOf(UserException.class)
        .hasMessage(
            begin + "--append-eod was off, is token 0; the input was 2 files, is 1 file" + end);
    Files.setLastModifiedTime(first, FileTime.fromMillis(1));
    assertThatThrownBy(() -> run(plan(broken, inputs).unfinished(Unfinished.RESUME), () -> false))
        .hasMessage(begin + first + " was read to its end and has changed since" + end);
  }

  @Test
  void refusesAnInputThatBeginsDifferently() throws Exception {
    Path input = Files.write(directory.resolve("a.jsonl"), utf8(rows(0, ROWS)));
    run(plan(broken, input.toString()), after(3));
    String row0 = rows(0, 1);
    byte[] changed =
        utf8("{\"text\": \"x\", \"title\": \"0\"}\n" + rows(0, ROWS).substring(row0.length()));
    Files.write(input, changed);
    assertThatThrownBy(
            () -> run(plan(broken, input.toString()).unfinished(Unfinished.RESUME), () -> false))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "--resume: "
                + input
                + " does not begin with what was read from it before; give --overwrite without"
                + " --resume to begin again");
    assertThat(said())
        .contains("the work up to the last save is kept in " + broken.resolve("out.partial"));
    Files.write(input, utf8(rows(0, ROWS)));
    run(plan(broken, input.toString()).unfinished(Unfinished.RESUME), () -> false);
    run(plan(whole, input.toString()), () -> false);
    Files.delete(broken.resolve("out.done.json"));
    assertSameOutput(whole, broken);
  }

  @Test
  void finishesGivingNamesAfterACrashInTheMiddleOfIt() throws Exception {
    String input = Files.write(directory.resolve("a.jsonl"), utf8(rows(0, 100))).toString();
    List<String> keys = List.of("text", "title");
    Path obstacle = Files.createDirectory(broken.resolve("out_title_document.bin"));
    Files.createFile(obstacle.resolve("x"));
    PreprocessPlan.Builder plan =
        plan(broken, input).keys(keys).existing(Existing.OVERWRITE).unfinished(Unfinished.RESUME);
    assertThatThrownBy(() -> run(plan, () -> false)).isInstanceOf(IOException.class);
    assertThat(broken.resolve("out_text_document.idx")).exists();
    AtomicDirectory.deleteTree(obstacle);
    run(plan.existing(Existing.REFUSE), () -> false);
    run(plan(whole, input).keys(keys), () -> false);
    Files.delete(broken.resolve("out.done.json"));
    assertSameOutput(whole, broken);
  }

  @Test
  void knowsCompleteOutputByItsInput() throws Exception {
    Path input = Files.write(directory.resolve("a.jsonl"), utf8(rows(0, 100)));
    PreprocessPlan.Builder plan = plan(broken, input.toString()).unfinished(Unfinished.RESUME);
    run(plan, () -> false);
    Files.write(input, utf8(rows(0, 99)));
    assertThatThrownBy(() -> run(plan, () -> false))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "out.done.json is of other work: " + input + " was read to its end and has changed");
    run(plan.existing(Existing.OVERWRITE), () -> false);
    run(plan(whole, input.toString()), () -> false);
    Files.delete(broken.resolve("out.done.json"));
    assertSameOutput(whole, broken);
    assertThatThrownBy(() -> run(plan.existing(Existing.REFUSE), () -> false))
        .hasMessageContaining("out_text_document.bin or .idx exists; give --overwrite");
  }

  @Test
  void keepsASecondRunOut() throws Exception {
    String input = Files.write(directory.resolve("a.jsonl"), utf8(rows(0, 10))).toString();
    try (WorkDirectory other = WorkDirectory.open(broken.resolve("out.partial"))) {
      assertThatThrownBy(() -> run(plan(broken, input).existing(Existing.OVERWRITE), () -> false))
          .isInstanceOf(UserException.class)
          .hasMessage(
              other.path()
                  + ": another run is writing here; wait until it has ended, or choose another"
                  + " output");
      other.delete();
    }
  }
}
