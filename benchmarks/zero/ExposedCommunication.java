package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import neox.config.NeoxConfig;
import neox.parallel.Launch;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.parallel.comm.Underway;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// How much of a step a rank waits for the others, with and without `overlap_comm`: see
/// `overlap.sh`. One of the processes of a run.
class ExposedCommunication {
  private static final int WARM_UP = 1;

  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    int steps = Integer.parseInt(args[1]);
    Launch launch = Launch.fromEnvironment();
    Topology grid = new Topology(1, launch.worldSize(), 1);
    try (Ranks joined = Ranks.join(grid, launch, Duration.ofMinutes(10))) {
      if (joined.isFirstOfAll()) {
        System.out.println(
            "| ZeRO | overlap_comm | step, ms | waiting for others, ms | of the step |"
                + " sent and received, MB |");
        System.out.println("|--:|---|--:|--:|--:|--:|");
      }
      for (String name : args[2].split(" ")) {
        int stage = Integer.parseInt(name);
        for (boolean overlap : new boolean[] {false, true}) {
          measure(joined, Path.of(args[0]), stage, overlap, steps);
        }
      }
    }
  }

  private static void measure(Ranks joined, Path file, int stage, boolean overlap, int steps)
      throws IOException {
    NeoxConfig config =
        Shape.config(
            file,
            Map.of(
                "zero_optimization.stage",
                String.valueOf(stage),
                "zero_optimization.overlap_comm",
                String.valueOf(overlap)));
    Timed data = new Timed(joined.data());
    Ranks ranks =
        new Ranks(
            joined.topology(), joined.at(), joined.world(), joined.pipe(), data, joined.tensor());
    try (var _ = Scope.open();
        Shape shape = new Shape(config, ranks)) {
      for (int i = 0; i < WARM_UP; i++) {
        shape.step();
      }
      joined.world().barrier();
      data.clear();
      long startedAtNanos = System.nanoTime();
      for (int i = 0; i < steps; i++) {
        shape.step();
      }
      double millis = (System.nanoTime() - startedAtNanos) / 1e6 / steps;
      if (joined.isFirstOfAll()) {
        double waited = data.waitedNanos / 1e6 / steps;
        System.out.printf(
            Locale.ROOT,
            "| %d | %s | %.0f | %.0f | %.1f %% | %.0f |%n",
            stage,
            overlap,
            millis,
            waited,
            100 * waited / millis,
            data.bytes / 1e6 / steps);
      }
      joined.world().barrier();
    }
  }

  /// Counts the time in which this rank's thread is in an operation or waits for one.
  private static final class Timed implements Communicator {
    private final Communicator group;
    long waitedNanos;
    long bytes;

    Timed(Communicator group) {
      this.group = group;
    }

    void clear() {
      waitedNanos = 0;
      bytes = 0;
    }

    private void timed(Runnable operation) {
      long startedAtNanos = System.nanoTime();
      operation.run();
      waitedNanos += System.nanoTime() - startedAtNanos;
    }

    /// Of a ring or an exchange of parts, (n - 1) / n of the whole is sent.
    private void count(Tensor whole, int times) {
      bytes += times * whole.nbytes() * (size() - 1) / size();
    }

    private Underway timed(Supplier<Underway> start) {
      Underway[] started = new Underway[1];
      timed(() -> {
        started[0] = start.get();
      });
      return () -> timed(() -> started[0].await());
    }

    @Override
    public int rank() {
      return group.rank();
    }

    @Override
    public int size() {
      return group.size();
    }

    @Override
    public void allReduce(Tensor x, Reduction reduction) {
      count(x, 2);
      timed(() -> group.allReduce(x, reduction));
    }

    @Override
    public void broadcast(Tensor x, int root) {
      timed(() -> group.broadcast(x, root));
    }

    @Override
    public Underway startAllGather(Tensor whole, Tensor part) {
      count(whole, 1);
      return timed(() -> group.startAllGather(whole, part));
    }

    @Override
    public Underway startReduceScatter(Tensor part, Tensor whole) {
      count(whole, 1);
      return timed(() -> group.startReduceScatter(part, whole));
    }

    @Override
    public void send(Tensor x, int to) {
      timed(() -> group.send(x, to));
    }

    @Override
    public void receive(Tensor into, int from) {
      timed(() -> group.receive(into, from));
    }

    @Override
    public void exchange(Tensor outgoing, Tensor incoming, int peer) {
      timed(() -> group.exchange(outgoing, incoming, peer));
    }

    @Override
    public void barrier() {
      timed(group::barrier);
    }

    @Override
    public void close() {}
  }
}
