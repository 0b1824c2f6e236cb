import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import neox.base.Tool;

/// Runs of a tool on damaged files, in this process.
///
/// Of every run: exit code 0 or 2; no trace and no control character on standard error; a refusal
/// names the file; nothing is left behind; less than 20 seconds, and less than 1 GiB more than
/// before.
final class Trials {
  private static final long LIMIT_SECONDS = 20;
  private static final long LIMIT_KIB = 1L << 20;

  /// How a run ended.
  ///
  /// @param code the exit code; -1 when there is none
  /// @param problem what is wrong with that; empty when nothing is
  record Outcome(int code, String err, String problem) {}

  private final Format format;
  private final Path work;
  private final Path input;
  private final Path output;

  /// @param seeds whole files, which are copied
  Trials(Format format, Path seeds, Path work) throws IOException {
    this.format = format;
    this.work = work;
    this.input = work.resolve("in");
    this.output = work.resolve("out");
    delete(input);
    copy(seeds, input);
    Outcome whole = run(format.seeds().getFirst(), Files.readAllBytes(seeds.resolve(format.seeds().getFirst())));
    if (whole.code() != 0) {
      throw new IllegalStateException(format.name() + ": not even whole: " + whole.err());
    }
  }

  /// Runs the tool while `bytes` are in the place of the seed `name`.
  Outcome run(String name, byte[] bytes) throws IOException {
    Path file = input.resolve(name);
    byte[] original = Files.readAllBytes(file);
    delete(output);
    Files.createDirectories(output);
    Files.write(file, bytes);
    try {
      return run(new Case(input, output, name));
    } finally {
      Files.write(file, original);
    }
  }

  private Outcome run(Case run) throws IOException {
    TreeSet<String> before = tree(input);
    FutureTask<Outcome> task = new FutureTask<>(() -> call(run));
    Thread thread = new Thread(task, "run");
    long memory = resetPeak();
    thread.start();
    try {
      Outcome outcome = task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      long more = peak() - memory;
      String problem =
          more > LIMIT_KIB ? "took %d MiB".formatted(more >> 10) : problem(run, outcome, before);
      return new Outcome(outcome.code(), outcome.err(), problem);
    } catch (TimeoutException e) {
      String where = Stream.of(thread.getStackTrace()).limit(12).map(String::valueOf).toList().toString();
      thread.interrupt();
      return new Outcome(-1, "", "no end after " + LIMIT_SECONDS + " s, at " + where);
    } catch (ExecutionException e) {
      return new Outcome(-1, "", "threw " + e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Lets Linux count the process's largest memory anew; what it has now, in KiB.
  private static long resetPeak() throws IOException {
    Path reset = Path.of("/proc/self/clear_refs");
    if (Files.isWritable(reset)) {
      Files.writeString(reset, "5");
    }
    return peak();
  }

  /// The process's largest memory in KiB; 0 where that is not told.
  private static long peak() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    }
  }

  private static String problem(Case run, Outcome outcome, TreeSet<String> before)
      throws IOException {
    String err = outcome.err();
    if (outcome.code() != 0 && outcome.code() != 2) {
      return "exit code " + outcome.code() + ": " + err;
    }
    if (err.contains("\tat ") || err.contains("internal error")) {
      return "a trace: " + err;
    }
    if (err.chars().anyMatch(c -> c != '\n' && c != '\t' && (c < 32 || c >= 0x7f && c < 0xa0))) {
      return "a control character: " + err;
    }
    if (err.lines().anyMatch(line -> line.length() > 2000)) {
      return "a long line: " + err;
    }
    if (outcome.code() == 2 && err.lines().noneMatch(line -> line.contains(run.input() + "/"))) {
      return "the file is not named: " + err;
    }
    if (!tree(run.input()).equals(before)) {
      return "the input's directory has changed: " + tree(run.input());
    }
    boolean unfinished =
        outcome.code() == 2
            ? !tree(run.output()).stream().allMatch(Trials::mayStay)
            : tree(run.output()).stream().anyMatch(name -> name.endsWith(".tmp"));
    return unfinished ? "left behind: " + tree(run.output()) + " after " + err : "";
  }

  /// What neox-preprocess keeps on purpose, to go on from there.
  private static boolean mayStay(String name) {
    return name.contains(".partial") || name.contains("journal");
  }

  private Outcome call(Case run) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            format.command().get(),
            format.arguments().apply(run).toArray(String[]::new),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Outcome(code, err.toString(StandardCharsets.UTF_8), "");
  }

  /// Keeps what went wrong below `failed`, and says so.
  void keep(String name, byte[] bytes, String number, String problem) throws IOException {
    Path kept = work.resolve("failed").resolve(format.name().replace(' ', '-') + "-" + number);
    Files.createDirectories(kept);
    Path file = kept.resolve(Path.of(name).getFileName());
    Files.write(file, bytes);
    Files.writeString(kept.resolve("problem.txt"), problem);
    System.out.println("FAILED " + format.name() + " " + number + " (" + file + "): "
        + problem.substring(0, Math.min(300, problem.length())).replace("\n", "\\n").replace("\u001b", "ESC"));
  }

  private static TreeSet<String> tree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      TreeSet<String> names = new TreeSet<>();
      files.filter(Files::isRegularFile).forEach(file -> names.add(directory.relativize(file).toString()));
      return names;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
        try {
          Files.delete(file);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
  }
}
