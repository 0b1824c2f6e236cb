import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Looks for files of one format on which a tool ends otherwise than it should, see [Trials]: it
/// damages files that it has, and keeps those on which the code goes where it has not gone before.
/// Coverage-guided fuzzing after AFL (M. Zalewski); [CoverageAgent] counts.
///
/// Usage: Fuzz SEEDS_DIR WORK_DIR FORMAT MINUTES SEED
public final class Fuzz {
  private static final int MOST_FAILURES = 50;
  private static final long LARGEST = 4L << 20;
  private static final Pattern WORD = Pattern.compile("\"[\\w.]{2,40}\"|[A-Za-z_][\\w.]{3,40}");

  /// A part of a file that is worth damaging.
  ///
  /// @param name of the seed in whose place the file is put
  private record Input(String name, Envelope envelope, byte[] part) {}

  private final Format format;
  private final Trials trials;
  private final Random random;
  private final List<Input> inputs = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private final byte[] seen = new byte[Edges.SIZE];
  private final Set<String> problems = new HashSet<>();
  private final int[] codes = new int[3];
  private long runs;
  private double slowest;

  private Fuzz(Format format, Trials trials, long seed) {
    this.format = format;
    this.trials = trials;
    this.random = new Random(seed * 0x9E3779B97F4A7C15L);
  }

  public static void main(String[] args) throws Exception {
    Path seeds = Path.of(args[0]);
    Format format =
        Formats.all(seeds).stream()
            .filter(each -> each.name().equals(args[2]))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no format " + args[2]));
    Trials trials = new Trials(format, seeds, Path.of(args[1]));
    Fuzz fuzz = new Fuzz(format, trials, Long.parseLong(args[4]));
    fuzz.begin(seeds);
    fuzz.run(Math.round(Double.parseDouble(args[3]) * 60));
    System.exit(fuzz.problems.isEmpty() ? 0 : 1);
  }

  /// The whole files are the first inputs.
  private void begin(Path seeds) throws IOException {
    Set<String> distinct = new HashSet<>();
    for (String name : format.seeds()) {
      byte[] file = Files.readAllBytes(seeds.resolve(name));
      for (Envelope envelope : Envelope.of(name, file)) {
        byte[] part = envelope.open(file);
        if (part.length > 0) {
          inputs.add(new Input(name, envelope, part));
          WORD.matcher(new String(part, StandardCharsets.ISO_8859_1))
              .results()
              .map(MatchResult::group)
              .forEach(distinct::add);
        }
      }
    }
    words.addAll(distinct.stream().sorted().toList());
    for (Input input : List.copyOf(inputs)) {
      attempt(input);
    }
  }

  private void run(long seconds) throws IOException {
    long started = System.nanoTime();
    long told = 0;
    while (problems.size() < MOST_FAILURES) {
      long elapsed = (System.nanoTime() - started) / 1_000_000_000;
      if (elapsed >= seconds) {
        break;
      }
      if (elapsed >= told + 60) {
        told = elapsed;
        report(elapsed);
      }
      Input parent = choose();
      Input input = new Input(parent.name(), parent.envelope(), damaged(parent));
      if (input.part().length <= LARGEST && attempt(input) && input.part().length > 0) {
        inputs.add(input);
      }
    }
    report((System.nanoTime() - started) / 1_000_000_000);
  }

  /// New inputs are where something may be found next to what was.
  private Input choose() {
    int newest = Math.max(1, inputs.size() / 4);
    return random.nextBoolean()
        ? inputs.get(inputs.size() - 1 - random.nextInt(newest))
        : inputs.get(random.nextInt(inputs.size()));
  }

  private byte[] damaged(Input parent) {
    byte[] bytes = parent.part().clone();
    for (int rounds = 1 << random.nextInt(4); rounds > 0; rounds--) {
      bytes =
          switch (random.nextInt(8)) {
            case 0 -> withWord(bytes);
            case 1 -> withPieceOf(sibling(parent).part(), bytes);
            default -> Damage.once(bytes, parent.part(), random);
          };
    }
    return bytes;
  }

  private Input sibling(Input input) {
    List<Input> same =
        inputs.stream()
            .filter(each ->
                each.name().equals(input.name())
                    && each.envelope().getClass() == input.envelope().getClass())
            .toList();
    return same.get(random.nextInt(same.size()));
  }

  /// A word of the format, put in or over what is there.
  private byte[] withWord(byte[] bytes) {
    if (words.isEmpty()) {
      return bytes;
    }
    byte[] word = words.get(random.nextInt(words.size())).getBytes(StandardCharsets.ISO_8859_1);
    int at = random.nextInt(bytes.length + 1);
    return spliced(bytes, at, random.nextBoolean() ? at : at + word.length, word, 0, word.length);
  }

  private byte[] withPieceOf(byte[] other, byte[] bytes) {
    int from = random.nextInt(other.length + 1);
    int length = random.nextInt(Math.min(other.length - from, 1 << random.nextInt(10)) + 1);
    int at = random.nextInt(bytes.length + 1);
    return spliced(bytes, at, at + random.nextInt(length + 1), other, from, from + length);
  }

  /// `bytes` with `other[from, to)` in the place of `[at, end)`.
  private static byte[] spliced(byte[] bytes, int at, int end, byte[] other, int from, int to) {
    int rest = Math.min(end, bytes.length);
    byte[] result = new byte[at + to - from + bytes.length - rest];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(other, from, result, at, to - from);
    System.arraycopy(bytes, rest, result, at + to - from, bytes.length - rest);
    return result;
  }

  /// Runs the tool; whether its code went anywhere new.
  private boolean attempt(Input input) throws IOException {
    byte[] file = input.envelope().close(input.part());
    Edges.clear();
    long started = System.nanoTime();
    Trials.Outcome outcome = trials.run(input.name(), file);
    slowest = Math.max(slowest, (System.nanoTime() - started) / 1e9);
    boolean isNew = Edges.addTo(seen);
    runs++;
    if (outcome.code() == 0 || outcome.code() == 2) {
      codes[outcome.code() / 2]++;
    }
    if (!outcome.problem().isEmpty()) {
      codes[2]++;
      // The same problem is told once, whatever the numbers in it.
      String kind = outcome.problem().lines().limit(3).toList().toString().replaceAll("\\d+", "0");
      if (problems.add(kind.substring(0, Math.min(400, kind.length())))) {
        trials.keep(input.name(), file, "fuzz-" + runs, outcome.problem());
      }
    }
    return isNew;
  }

  private void report(long seconds) {
    int reached = 0;
    for (byte magnitudes : seen) {
      reached += magnitudes == 0 ? 0 : 1;
    }
    System.out.printf(
        Locale.ROOT,
        "%s\t%d s\t%d runs\t%d accepted\t%d refused\t%d failed (%d kinds)\t%d inputs\t%d of %d places"
            + "\tslowest %.1f s%n",
        format.name(), seconds, runs, codes[0], codes[1], codes[2], problems.size(), inputs.size(),
        reached, CoverageAgent.places(), slowest);
  }
}
