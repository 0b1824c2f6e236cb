package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.config.NeoxConfig;
import neox.model.LayerWatch;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;

/// Bytes that a rank holds with each stage of ZeRO, as libtorch's own storages count them, beside
/// what arXiv:1910.02054 §3 and §5 say: see `zero-memory.sh`.
class ZeroBytes {
  private static final double TOLERANCE = 0.05;
  private static final int ADAM_SLOTS = 2;

  /// @param parameters the paper's Ψ
  private record Row(
      String precision, int data, int stage, long parameters, Held held, Held peak) {
    double theory() {
      boolean narrow = !precision.equals("fp32");
      double width = narrow ? 2 : 4;
      double arriving = narrow && (stage < 2 || data == 1) ? width : 0; // one micro-batch's
      double weights = width / (stage >= 3 ? data : 1);
      double gradients = (4 + arriving) / (stage >= 2 ? data : 1);
      double state = (4.0 * ADAM_SLOTS + (narrow ? 4 : 0)) / (stage >= 1 ? data : 1);
      return parameters * (weights + gradients + state);
    }

    double difference() {
      return held.all() / theory() - 1;
    }
  }

  private record Held(long weights, long gradients, long optimizer) {
    long all() {
      return weights + gradients + optimizer;
    }
  }

  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    System.out.println(
        "| precision | ranks | stage | weights | gradients | optimizer | a rank holds | theory |"
            + " difference | most within a step |");
    System.out.println("|---|" + "--:|".repeat(9));
    boolean ok = true;
    for (String precision : List.of("fp32", "bfloat16")) {
      for (int data : new int[] {1, 2, 4}) {
        for (int stage = 0; stage <= 3; stage++) {
          Row row = measure(Path.of(args[0]), precision, data, stage);
          print(row);
          ok &= Math.abs(row.difference()) <= TOLERANCE;
        }
      }
    }
    System.exit(ok ? 0 : 1);
  }

  private static Row measure(Path file, String precision, int data, int stage) throws IOException {
    NeoxConfig config =
        Shape.config(
            file,
            Map.of("precision", precision, "zero_optimization.stage", String.valueOf(stage)));
    List<Row> rows = new ArrayList<>();
    Ranks.runInProcess(
        new Topology(1, data, 1),
        ranks -> {
          try (var _ = Scope.open();
              Shape shape = new Shape(config, ranks)) {
            Peak peak = new Peak(shape);
            if (stage > 1) {
              shape.watch(peak);
            }
            shape.step();
            if (ranks.isFirstOfAll()) {
              long parameters =
                  shape.network.network().spec().parameterCount();
              rows.add(
                  new Row(
                      precision, data, stage, parameters, held(shape), peak.most()));
            }
          }
        });
    return rows.getFirst();
  }

  private static Held held(Shape shape) {
    List<Tensor> weights = new ArrayList<>(shape.network.weights().kept());
    shape.network.network().parameters().stream().map(Parameter::value).forEach(weights::add);
    return new Held(
        bytes(weights), bytes(shape.gradients.tensors()), bytes(shape.optimizer.savedTensors()));
  }

  /// Of each storage once, however many tensors look at it.
  private static long bytes(Collection<Tensor> tensors) {
    try (var _ = Scope.open()) {
      Map<Long, Long> storages = new HashMap<>();
      for (Tensor tensor : tensors) {
        Storage storage = tensor.storage();
        storages.put(storage.unsafeGetStorageImpl().address(), storage.nbytes());
      }
      return storages.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /// Looks at what is held whenever a pass is somewhere else.
  private static final class Peak implements LayerWatch {
    private final Shape shape;
    private Held most = new Held(0, 0, 0);

    Peak(Shape shape) {
      this.shape = shape;
    }

    Held most() {
      return most.all() == 0 ? held(shape) : most;
    }

    private void look() {
      Held now = held(shape);
      most = now.all() > most.all() ? now : most;
    }

    @Override
    public void beforeForward(int step) {
      shape.watches.beforeForward(step);
      look();
    }

    @Override
    public void afterForward(int step) {
      shape.watches.afterForward(step);
    }

    @Override
    public void beforeBackward(int step) {
      shape.watches.beforeBackward(step);
      look();
    }

    @Override
    public void afterBackward(int step) {
      look();
      shape.watches.afterBackward(step);
    }
  }

  private static void print(Row row) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %s | %s | %s | %s | %s | %+.2f %% | %s |%n",
        row.precision,
        row.data,
        row.stage,
        mebibytes(row.held.weights),
        mebibytes(row.held.gradients),
        mebibytes(row.held.optimizer),
        mebibytes(row.held.all()),
        mebibytes(row.theory()),
        100 * row.difference(),
        mebibytes(row.peak.all()));
  }

  private static String mebibytes(double bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / (1 << 20));
  }
}
