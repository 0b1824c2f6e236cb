import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.base.ToolCommand;

/// Feeds damaged files to the tools, in this process, and checks how they end.
///
/// Of every run: exit code 0 or 2; no trace and no control character on standard error; a refusal
/// names the file; nothing is left behind; less than 20 seconds (and, by the heap that
/// `mutations.sh` gives, less than 1 GiB). The seed makes a run repeatable; a failing case is kept.
///
/// Usage: Mutations SEEDS_DIR WORK_DIR COUNT SEED [FORMAT…]
public final class Mutations {
  private static final long LIMIT_SECONDS = 20;

  /// Numbers at which sizes, products and conversions go wrong.
  private static final long[] HOSTILE = {
    0, 1, -1, 127, 255, 65_535, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 31, 1L << 32,
    (1L << 53) + 1, 1L << 61, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 8
  };

  private static final String[] HOSTILE_TEXT = {
    "9223372036854775807", "9223372036854775808", "-1", "1e400", "NaN", "-0", "null", "true", "[]",
    "{}", "\"\"", "1e-5", "\"\\u0000\"", "\"\\ud800\"", "\u001b[31m", "\n", "\uFEFF", "\"", "'", "\\",
    "[".repeat(3000), "{\"a\":".repeat(2000), "*a", "&a ", "<<: ", "!!python/object:os.system ", "~"
  };

  /// One kind of file.
  ///
  /// @param seeds the files below the seeds directory of which one is damaged at a time
  /// @param command makes the tool anew for each run
  /// @param arguments of a run, given the copy of the seeds that holds the damaged file
  private record Format(
      String name,
      List<String> seeds,
      Supplier<ToolCommand> command,
      Function<Case, List<String>> arguments) {}

  /// @param input the directory with the damaged file, which nothing may change
  /// @param output a directory that is empty before the run
  private record Case(Path input, Path output, String damaged) {
    String in(String name) {
      return input.resolve(name).toString();
    }

    String out(String name) {
      return output.resolve(name).toString();
    }
  }

  private record Outcome(int code, String err) {}

  private final Path seeds;
  private final Path work;
  private final long seed;
  private int failures;

  private Mutations(Path seeds, Path work, long seed) {
    this.seeds = seeds;
    this.work = work;
    this.seed = seed;
  }

  public static void main(String[] args) throws Exception {
    Mutations mutations = new Mutations(Path.of(args[0]), Path.of(args[1]), Long.parseLong(args[3]));
    List<String> wanted = List.of(args).subList(4, args.length);
    System.out.println("format\truns\taccepted\trefused\tfailed\tslowest [s]");
    for (Format format : formats(mutations.seeds)) {
      if (wanted.isEmpty() || wanted.contains(format.name())) {
        mutations.run(format, Integer.parseInt(args[2]));
      }
    }
    System.exit(mutations.failures == 0 ? 0 : 1);
  }

  private static List<Format> formats(Path seeds) throws IOException {
    List<Format> formats = new ArrayList<>();
    for (String ending :
        List.of(
            "jsonl", "jsonl.zst", "jsonl.gz", "json.zst", "dat.zst", "jsonl.zst.tar", "zip",
            "tar.gz", "tar.xz", "gz", "txt", "parquet")) {
      String file = "text." + ending;
      formats.add(new Format(ending, List.of(file), tool("neox.preprocess.command.PreprocessCommand"),
          run -> preprocess(run, file, "CharLevelTokenizer")));
      formats.add(new Format(ending + "+skip", List.of(file), tool("neox.preprocess.command.PreprocessCommand"),
          run -> with(preprocess(run, file, "CharLevelTokenizer"), "--on-error", "skip")));
    }
    formats.add(new Format("tokenizer.json", List.of("tokenizer.json"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> with(preprocess(run, "text.jsonl", "HFTokenizer"), "--vocab-file", run.in("tokenizer.json"))));
    formats.add(new Format("vocab+merges", List.of("vocab.json", "merges.txt"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> with(preprocess(run, "text.jsonl", "GPT2BPETokenizer"),
            "--vocab-file", run.in("vocab.json"), "--merge-file", run.in("merges.txt"))));
    formats.add(new Format("bin+idx", List.of("data.idx", "data.bin"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> List.of("inspect", run.in("data"), "--verify")));
    formats.add(new Format("bin+idx merge", List.of("data.idx", "data.bin"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> List.of("merge", "--input", run.in("data") + "," + run.in("other"), "--output-prefix", run.out("merged"))));
    formats.add(new Format("yaml", List.of("config.yml"), tool("neox.train.TrainCommand"),
        run -> List.of("--print-config", run.in("config.yml"))));
    formats.add(new Format("pt", List.of("step/layer_02-model_00-model_states.pt", "step/mp_rank_00_model_states.pt"),
        tool("neox.converthf.ConvertCommand"),
        run -> List.of("--input_dir", run.in("step"), "--output_dir", run.out("hf"), "--no_save_tokenizer")));
    formats.add(new Format("safetensors", List.of("hf/model.safetensors"), tool("neox.generate.GenerateCommand"),
        run -> generate(run)));
    formats.add(new Format("config.json", List.of("hf/config.json"), tool("neox.generate.GenerateCommand"),
        run -> generate(run)));
    formats.add(new Format("npy", npy(seeds), SampleOrders::new,
        run -> List.of(run.in("config.yml"), run.in("data"))));
    formats.add(new Format("checkpoint config.yml", List.of("step/configs/config.yml"),
        tool("neox.converthf.ConvertCommand"),
        run -> List.of("--input_dir", run.in("step"), "--output_dir", run.out("hf"), "--no_save_tokenizer")));
    formats.add(new Format("prompts", List.of("prompts.txt"), tool("neox.generate.GenerateCommand"),
        run -> with(generate(run), "-i", run.in("prompts.txt"))));
    formats.add(new Format("evaluation rows", List.of("piqa/validation.jsonl"), tool("neox.eval.EvalCommand"),
        run -> List.of("--model", run.in("hf"), "--tasks", "piqa", "--data", run.in("."), "--threads", "1",
            "--limit", "3", "-o", run.out("results"))));
    return formats;
  }

  /// The cached order of samples.
  private static List<String> npy(Path seeds) throws IOException {
    try (Stream<Path> files = Files.list(seeds.resolve(".neox-cache"))) {
      return files.map(file -> seeds.relativize(file).toString()).sorted().toList();
    }
  }

  /// The tools are named, so that formats of one tool can be tried with its class path alone.
  private static Supplier<ToolCommand> tool(String type) {
    return () -> {
      try {
        return (ToolCommand) Class.forName(type).getConstructor().newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static List<String> preprocess(Case run, String file, String tokenizer) {
    return List.of(
        "--input", run.in(file), "--output-prefix", run.out("out"), "--tokenizer-type", tokenizer,
        "--workers", "1");
  }

  private static List<String> generate(Case run) {
    return List.of(
        "--model", run.in("hf"), "--max-tokens", "1", "--threads", "1", "-o", run.out("samples"));
  }

  private static List<String> with(List<String> arguments, String... more) {
    return Stream.concat(arguments.stream(), Arrays.stream(more)).toList();
  }

  private void run(Format format, int count) throws Exception {
    Path input = work.resolve("in");
    Path output = work.resolve("out");
    delete(input);
    copy(seeds, input);
    Map<String, byte[]> originals = new TreeMap<>();
    for (String name : format.seeds()) {
      originals.put(name, Files.readAllBytes(seeds.resolve(name)));
    }
    delete(output);
    Files.createDirectories(output);
    Outcome whole = call(format, new Case(input, output, format.seeds().getFirst()));
    if (whole.code() != 0) {
      throw new IllegalStateException(format.name() + ": not even whole: " + whole.err());
    }
    int[] codes = new int[3];
    double slowest = 0;
    for (int i = 0; i < count; i++) {
      // Neighbouring seeds would draw nearly the same first numbers.
      Random random = new Random((seed * 1_000_003 + i) * 0x9E3779B97F4A7C15L);
      String name = format.seeds().get(random.nextInt(format.seeds().size()));
      byte[] damaged = mutate(originals.get(name), originals.values(), random);
      Files.write(input.resolve(name), damaged);
      delete(output);
      Files.createDirectories(output);
      Case run = new Case(input, output, name);
      long started = System.nanoTime();
      String problem = check(format, run, codes, tree(input));
      slowest = Math.max(slowest, (System.nanoTime() - started) / 1e9);
      if (!problem.isEmpty()) {
        codes[2]++;
        failures++;
        keep(format, i, run, problem);
      }
      Files.write(input.resolve(name), originals.get(name));
    }
    System.out.printf(
        "%s\t%d\t%d\t%d\t%d\t%.1f%n", format.name(), count, codes[0], codes[1], codes[2], slowest);
  }

  /// What is wrong with how a run ended; empty when nothing is.
  private static String check(Format format, Case run, int[] codes, TreeSet<String> before)
      throws Exception {
    FutureTask<Outcome> task = new FutureTask<>(() -> call(format, run));
    Thread thread = new Thread(task, "run");
    thread.start();
    Outcome outcome;
    try {
      outcome = task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      String where = Stream.of(thread.getStackTrace()).limit(12).map(String::valueOf).toList().toString();
      thread.interrupt();
      return "no end after " + LIMIT_SECONDS + " s, at " + where;
    } catch (ExecutionException e) {
      return "threw " + e.getCause();
    }
    if (outcome.code() == 0 || outcome.code() == 2) {
      codes[outcome.code() / 2]++;
    }
    return problem(run, outcome, before);
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
            ? !tree(run.output()).stream().allMatch(Mutations::mayStay)
            : tree(run.output()).stream().anyMatch(name -> name.endsWith(".tmp"));
    return unfinished ? "left behind: " + tree(run.output()) + " after " + err : "";
  }

  /// What neox-preprocess keeps on purpose, to go on from there.
  private static boolean mayStay(String name) {
    return name.contains(".partial") || name.contains("journal");
  }

  private static Outcome call(Format format, Case run) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            format.command().get(),
            format.arguments().apply(run).toArray(String[]::new),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Outcome(code, err.toString(StandardCharsets.UTF_8));
  }

  private void keep(Format format, int number, Case run, String problem) throws IOException {
    Path kept = work.resolve("failed").resolve(format.name().replace(' ', '-') + "-" + number);
    Files.createDirectories(kept);
    Path file = kept.resolve(Path.of(run.damaged()).getFileName());
    Files.copy(run.input().resolve(run.damaged()), file, StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(kept.resolve("problem.txt"), problem);
    System.out.println("FAILED " + format.name() + " " + number + " (" + file + "): "
        + problem.substring(0, Math.min(300, problem.length())).replace("\n", "\\n").replace("\u001b", "ESC"));
  }

  private static byte[] mutate(byte[] original, Iterable<byte[]> others, Random random) {
    byte[] bytes = original.clone();
    for (int rounds = 1 + random.nextInt(3); rounds > 0; rounds--) {
      bytes = once(bytes, original, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, byte[] original, Random random) {
    if (bytes.length == 0) {
      return original.clone();
    }
    // Headers are where most can go wrong.
    int reach = random.nextBoolean() ? Math.min(bytes.length, 256) : bytes.length;
    int at = random.nextInt(4) == 0 ? bytes.length - 1 - random.nextInt(reach) : random.nextInt(reach);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(10)) {
      case 0 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 1 -> {
        bytes[at] = (byte) random.nextInt(256);
        yield bytes;
      }
      case 2 -> {
        Arrays.fill(bytes, at, at + length, (byte) 0);
        yield bytes;
      }
      case 3 -> Arrays.copyOf(bytes, at);
      case 4 -> join(bytes, at + length, bytes, at);
      case 5 -> join(bytes, at, bytes, at + length);
      case 6 -> hostileNumber(bytes, at, random);
      case 7 -> hostileText(bytes, at, random);
      case 8 -> replaceNumber(bytes, at, random);
      default -> join(bytes, at, original, random.nextInt(original.length));
    };
  }

  /// The beginning of one up to `end`, then the other from `from` on.
  private static byte[] join(byte[] one, int end, byte[] other, int from) {
    byte[] joined = Arrays.copyOf(one, end + other.length - from);
    System.arraycopy(other, from, joined, end, other.length - from);
    return joined;
  }

  private static byte[] hostileNumber(byte[] bytes, int at, Random random) {
    int width = random.nextBoolean() ? 8 : 4;
    if (at + width > bytes.length) {
      return bytes;
    }
    ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long number = HOSTILE[random.nextInt(HOSTILE.length)];
    if (width == 8) {
      view.putLong(at, number);
    } else {
      view.putInt(at, (int) number);
    }
    return bytes;
  }

  private static byte[] hostileText(byte[] bytes, int at, Random random) {
    byte[] text = HOSTILE_TEXT[random.nextInt(HOSTILE_TEXT.length)].getBytes(StandardCharsets.UTF_8);
    byte[] head = join(bytes, at, text, 0);
    return join(head, head.length, bytes, at);
  }

  /// Puts a hostile word in the place of the number, or quoted word, that comes next.
  private static byte[] replaceNumber(byte[] bytes, int at, Random random) {
    int start = at;
    while (start < bytes.length && !isWord(bytes[start])) {
      start++;
    }
    int end = start;
    while (end < bytes.length && isWord(bytes[end])) {
      end++;
    }
    byte[] text = HOSTILE_TEXT[random.nextInt(HOSTILE_TEXT.length)].getBytes(StandardCharsets.UTF_8);
    byte[] head = join(bytes, start, text, 0);
    return join(head, head.length, bytes, end);
  }

  private static boolean isWord(byte b) {
    return Character.isLetterOrDigit(b) || b == '.' || b == '-';
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
