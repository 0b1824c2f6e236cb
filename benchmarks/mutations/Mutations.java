import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// Feeds damaged files to the tools and checks how they end, see [Trials]. The seed makes a run
/// repeatable; a failing case is kept.
///
/// Usage: Mutations SEEDS_DIR WORK_DIR COUNT SEED [FORMAT…]
public final class Mutations {
  public static void main(String[] args) throws Exception {
    Path seeds = Path.of(args[0]);
    List<String> wanted = List.of(args).subList(4, args.length);
    int failures = 0;
    System.out.println("format\truns\taccepted\trefused\tfailed\tslowest [s]");
    for (Format format : Formats.all(seeds)) {
      if (wanted.isEmpty() || wanted.contains(format.name())) {
        Trials trials = new Trials(format, seeds, Path.of(args[1]));
        failures += run(format, trials, seeds, Integer.parseInt(args[2]), Long.parseLong(args[3]));
      }
    }
    System.exit(failures == 0 ? 0 : 1);
  }

  private static int run(Format format, Trials trials, Path seeds, int count, long seed)
      throws Exception {
    int accepted = 0;
    int refused = 0;
    int failed = 0;
    double slowest = 0;
    for (int i = 0; i < count; i++) {
      // Neighbouring seeds would draw nearly the same first numbers.
      Random random = new Random((seed * 1_000_003 + i) * 0x9E3779B97F4A7C15L);
      String name = format.seeds().get(random.nextInt(format.seeds().size()));
      byte[] damaged = Damage.mutate(Files.readAllBytes(seeds.resolve(name)), random);
      long started = System.nanoTime();
      Trials.Outcome outcome = trials.run(name, damaged);
      slowest = Math.max(slowest, (System.nanoTime() - started) / 1e9);
      accepted += outcome.code() == 0 ? 1 : 0;
      refused += outcome.code() == 2 ? 1 : 0;
      if (!outcome.problem().isEmpty()) {
        failed++;
        trials.keep(name, damaged, String.valueOf(i), outcome.problem());
      }
    }
    System.out.printf(
        "%s\t%d\t%d\t%d\t%d\t%.1f%n", format.name(), count, accepted, refused, failed, slowest);
    return failed;
  }

  private Mutations() {}
}
