package neox.parallel.comm;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import neox.parallel.GroupMembers;
import neox.parallel.Launch;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// What a rank process of [GlooTest] does.
final class GlooRank {
  /// The exit code of a rank that dies.
  static final int DEAD = 9;

  public static void main(String[] args) throws Exception {
    NativeRuntime.start(1);
    Path directory = Path.of(args[0]);
    switch (args[1]) {
      case "verbs" -> verbs(directory);
      case "grid" -> grid();
      case "failures" -> failures(directory);
      default -> throw new IllegalArgumentException(args[1]);
    }
  }

  private static Ranks join(Topology topology, Duration timeout) {
    return Ranks.join(topology, Launch.fromEnvironment(), timeout);
  }

  private static void verbs(Path directory) throws Exception {
    try (Ranks ranks = join(new Topology(1, 2, 1), Duration.ofMinutes(5))) {
      System.gc(); // frees what nothing holds: the store and the groups must be held
      Thread.sleep(100);
      Verbs.check(ranks.data());
      GroupMembers.check(ranks);
      Files.writeString(
          directory.resolve("bits" + ranks.rank()), Arrays.toString(Verbs.bits(ranks.data())));
    }
  }

  private static void grid() {
    try (Ranks ranks = join(new Topology(1, 2, 2), Duration.ofMinutes(5))) {
      GroupMembers.check(ranks);
      Verbs.check(ranks.tensor());
    }
  }

  /// Rank 1 is silent in one group for longer than rank 0 waits, and then dies under another. Rank
  /// 0 writes down what it sees.
  private static void failures(Path directory) throws Exception {
    Ranks ranks = join(new Topology(1, 1, 2), Duration.ofSeconds(4));
    Path silence = directory.resolve("silence");
    if (!ranks.isFirstOfAll()) {
      while (Files.notExists(silence)) {
        Thread.sleep(20);
      }
      Runtime.getRuntime().halt(DEAD);
    }
    try (var _ = Scope.open()) {
      Tensor x = torch.ones(3);
      Files.writeString(silence, failure(() -> ranks.tensor().receive(x, 1)));
      Files.writeString(
          directory.resolve("death"), failure(() -> ranks.world().allReduce(x, Reduction.SUM)));
      Files.writeString(directory.resolve("later"), failure(() -> ranks.world().barrier()));
    }
    ranks.close();
  }

  private static String failure(Runnable operation) {
    try {
      operation.run();
      return "no failure";
    } catch (CommunicationException e) {
      return requireNonNull(e.getMessage());
    }
  }

  private GlooRank() {}
}
