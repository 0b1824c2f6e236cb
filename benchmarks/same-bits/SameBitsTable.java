package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Style;
import neox.train.SameBits.Result;
import neox.train.SameBits.Variant;

/// Prints what runs with `deterministic: layout` come to on each layout, and what that costs: see
/// `same-bits-layouts.sh`. Compiled together with the tests' [LayoutMatrix] and [SameBits].
class SameBitsTable {
  private static final int RANKS = 4;

  /// A network whose time is that of its products, as far as two cores allow.
  private static final Map<String, String> LARGER =
      Map.of(
          "hidden_size", "512",
          "num_attention_heads", "8",
          "num_layers", "4",
          "seq_length", "256",
          "max_position_embeddings", "256",
          "train_micro_batch_size_per_gpu", "2");

  private final Path directory;
  private final int steps;
  private final SameBits runs;
  private int same;
  private int different;

  SameBitsTable(Path directory, int steps) throws IOException {
    this.directory = directory;
    this.steps = steps;
    this.runs = new SameBits(new LayoutMatrix(directory, steps), directory);
  }

  /// Arguments: a directory for what the runs read and write, how many steps they take, and the parts
  /// that are wanted; none asks for all.
  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    SameBitsTable table = new SameBitsTable(Path.of(args[0]), Integer.parseInt(args[1]));
    Map<String, Part> parts = table.parts();
    List<String> wanted = List.of(args).subList(2, args.length);
    if (!parts.keySet().containsAll(wanted)) {
      System.err.println("expected parts among " + parts.keySet() + ", found " + wanted);
      System.exit(2);
    }
    for (String name : wanted.isEmpty() ? parts.keySet() : wanted) {
      parts.get(name).run();
    }
    System.out.printf("%d runs with the bits of one rank, %d without%n", table.same, table.different);
    System.exit(table.different == 0 ? 0 : 1);
  }

  private interface Part {
    void run() throws IOException;
  }

  private Map<String, Part> parts() {
    Map<String, Part> parts = new LinkedHashMap<>();
    for (Style style : List.of(Style.PYTHIA, Style.GPT3, Style.LLAMA, Style.GQA)) {
      parts.put(style.name().toLowerCase(Locale.ROOT), () -> layouts(style, Variant.FP32));
    }
    parts.put("twelfths", () -> layouts(Style.PYTHIA, Variant.TWELFTHS));
    parts.put("bf16", () -> layouts(Style.PYTHIA, Variant.BF16));
    parts.put("fp16", () -> layouts(Style.GPT3, Variant.FP16));
    parts.put("moves", () -> {
      moves(Style.PYTHIA, Variant.FP32);
      moves(Style.GPT3, Variant.BF16);
    });
    parts.put("cost", () -> {
      cost(Layout.ALONE);
      cost(new Layout(1, 2, 1, 0));
      cost(new Layout(1, 1, 2, 1));
    });
    return parts;
  }

  private void layouts(Style style, Variant variant) throws IOException {
    Result alone = runs.run(style, variant, Layout.ALONE);
    System.out.printf("%s %s, one rank: %s%n", style, variant, alone.digest());
    for (Layout layout : Layout.upTo(RANKS)) {
      if (variant.isFor(layout)) {
        print(style, variant, layout.toString(), runs.run(style, variant, layout), alone);
      }
    }
  }

  private void print(Style style, Variant variant, String what, Result found, Result alone) {
    boolean equal = found.equals(alone);
    same += equal ? 1 : 0;
    different += equal ? 0 : 1;
    System.out.printf(
        "%s %s, %s: %s%s%n", style, variant, what, found.digest(), equal ? "" : " DIFFERS");
  }

  /// A run that goes on with other ranks after every few steps. Each time it has gone further than
  /// its last checkpoint but one, and that is all it finds, as if it had been killed.
  private void moves(Style style, Variant variant) throws IOException {
    Result alone = runs.run(style, variant, Layout.ALONE);
    Path save = Files.createTempDirectory(directory, "moving");
    List<Layout> layouts =
        List.of(
            new Layout(1, 4, 1, 0),
            new Layout(4, 1, 1, 1),
            new Layout(1, 1, 4, 3),
            new Layout(2, 2, 1, 0),
            new Layout(1, 2, 2, 2),
            new Layout(2, 1, 2, 1));
    int every = steps / (layouts.size() + 1);
    for (int i = 0; i < layouts.size(); i++) {
      Map<String, String> settings = new LinkedHashMap<>();
      int known = (i + 1) * every;
      settings.put("checkpoint_factor", String.valueOf(every));
      settings.put("exit_interval", String.valueOf(known + every / 2));
      runs.run(style, variant, layouts.get(i), save, settings);
      Files.writeString(save.resolve("latest"), "global_step" + known);
    }
    String digest = runs.run(style, variant, Layout.ALONE, save, Map.of()).digest();
    print(style, variant, "moved over " + layouts.size() + " layouts",
        new Result(alone.curve(), digest), alone);
  }

  /// Of a few steps of a larger network, the fastest of three tries.
  private void cost(Layout layout) throws IOException {
    double ordinary = Double.POSITIVE_INFINITY;
    double deterministic = Double.POSITIVE_INFINITY;
    for (int i = 0; i < 3; i++) {
      ordinary = Math.min(ordinary, seconds(layout, "rerun"));
      deterministic = Math.min(deterministic, seconds(layout, "layout"));
    }
    System.out.printf(
        "%s: a step takes %.3f s, with deterministic layout %.3f s: %.2f times as long%n",
        layout, ordinary, deterministic, deterministic / ordinary);
  }

  private double seconds(Layout layout, String deterministic) throws IOException {
    int few = 1;
    int more = 3;
    return (seconds(layout, deterministic, more) - seconds(layout, deterministic, few))
        / (more - few);
  }

  private double seconds(Layout layout, String deterministic, int count) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>(LARGER);
    settings.put("deterministic", deterministic);
    settings.put("train_iters", String.valueOf(count));
    Path save = Files.createTempDirectory(directory, "cost");
    long start = System.nanoTime();
    runs.run(Style.PYTHIA, Variant.FP32, layout, save, settings);
    return (System.nanoTime() - start) * 1e-9;
  }
}
