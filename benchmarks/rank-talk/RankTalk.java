import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Gloo;
import neox.parallel.comm.InProcess;
import neox.parallel.comm.MeetingPoint;
import neox.parallel.comm.Reduction;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What two ranks pay for what they tell each other while a text is written: microseconds for each
/// verb, median of blocks, through memory and through Gloo on the loopback.
final class RankTalk {
  private static final int BLOCKS = 15;
  private static final int ROUNDS = 200;

  public static void main(String[] args) throws Exception {
    NativeRuntime.start(1);
    List<Communicator> memory = new InProcess(Duration.ofMinutes(1)).group("world", List.of(0, 1));
    List<Communicator> gloo = gloo(Integer.parseInt(args[0]));
    System.out.printf("%-38s %12s %12s%n", "microseconds", "memory", "Gloo");
    for (int[] size : new int[][] {{1, 768}, {8, 768}, {512, 768}, {1, 50304}, {8, 50304}}) {
      String shape = size[0] + " x " + size[1] + " float32";
      print("all-reduce " + shape, memory, gloo, size, (group, x) -> group.allReduce(x, Reduction.SUM));
      print("broadcast  " + shape, memory, gloo, size, (group, x) -> group.broadcast(x, 1));
    }
    System.exit(0);
  }

  private interface Verb {
    void on(Communicator group, Tensor x);
  }

  private static void print(
      String name, List<Communicator> memory, List<Communicator> gloo, int[] size, Verb verb)
      throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%-38s %12.1f %12.1f%n",
        name,
        micros(memory, size, verb),
        micros(gloo, size, verb));
  }

  private static double micros(List<Communicator> group, int[] size, Verb verb) throws Exception {
    List<Double> times = new ArrayList<>();
    for (int block = 0; block < BLOCKS; block++) {
      times.add(both(group, end -> {
        try (var _ = Scope.open()) {
          Tensor x = Placement.cpu(ScalarType.Float).zeros(size[0], size[1]);
          for (int i = 0; i < ROUNDS; i++) {
            verb.on(end, x);
          }
        }
      }) / ROUNDS);
    }
    times.sort(Double::compare);
    return times.get(BLOCKS / 2);
  }

  /// Microseconds until both are done.
  private static double both(List<Communicator> group, Consumer<Communicator> body)
      throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      long startedAtNanos = System.nanoTime();
      List<Future<?>> all = new ArrayList<>();
      group.forEach(end -> all.add(pool.submit(() -> body.accept(end))));
      for (Future<?> each : all) {
        each.get();
      }
      return (System.nanoTime() - startedAtNanos) / 1e3;
    }
  }

  private static List<Communicator> gloo(int port) throws Exception {
    MeetingPoint at = new MeetingPoint("127.0.0.1", port);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<Communicator>> ends = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        int mine = rank;
        Callable<Communicator> join = () -> Gloo.join(at, mine, 2, Duration.ofMinutes(1)).world();
        ends.add(pool.submit(join));
      }
      return List.of(ends.get(0).get(), ends.get(1).get());
    }
  }
}
