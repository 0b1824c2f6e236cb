package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.ExitCode;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.monitor.LossPlot;

/// The check of coordinates of muP (arXiv:2203.03466 appendix D.1): where a network is scaled as it
/// should be, activations are about as large in a wide one as in a narrow one, at first and after
/// each of some steps. Prints a table, and draws a picture for muP (`up`) and one for the same
/// network without (`sp`), into `log_dir` or the working directory.
record CoordinateCheck(ConfigSource source, NeoxConfig config, Console console) {
  private static final int STEPS = 3;
  private static final int[] FACTORS = {1, 2, 4, 8};

  int run() throws IOException {
    console
        .out()
        .printf(Locale.ROOT, "%-4s %6s %5s  %-12s %s%n", "", "width", "step", "layer", "mean |x|");
    check("up", true);
    check("sp", false);
    return ExitCode.OK;
  }

  private void check(String name, boolean scaled) throws IOException {
    Map<String, List<LossPlot.Point>> last = new LinkedHashMap<>();
    for (int factor : FACTORS) {
      int width = Math.toIntExact(Math.round(baseWidth() * factor));
      NeoxConfig wide =
          ConfigLoader.load(
              source
                  .with("coord_check", "hidden_size", Integer.toString(width))
                  .with("coord_check", "coord_check", "false")
                  .with("coord_check", "use_mup", Boolean.toString(scaled)));
      try (Coordinates coordinates = new Coordinates(wide)) {
        List<Map<String, Double>> steps = coordinates.train(STEPS);
        for (int step = 0; step < steps.size(); step++) {
          print(name, width, step, steps.get(step));
        }
        steps
            .getLast()
            .forEach((layer, size) ->
                last.computeIfAbsent(layer, _ -> new ArrayList<>())
                    .add(new LossPlot.Point(width, size)));
      }
    }
    draw(name, last);
  }

  private double baseWidth() {
    return config.model().hiddenSize() / config.model().mup().orElseThrow().widthFactor();
  }

  private void print(String name, int width, int step, Map<String, Double> sizes) {
    sizes.forEach((layer, size) ->
        console
            .out()
            .printf(Locale.ROOT, "%-4s %6d %5d  %-12s %.6f%n", name, width, step, layer, size));
  }

  private void draw(String name, Map<String, List<LossPlot.Point>> last) throws IOException {
    List<LossPlot.Curve> curves = new ArrayList<>();
    last.forEach((layer, points) -> curves.add(new LossPlot.Curve(layer, points)));
    String title = "mean |activation| after %d steps, %s".formatted(STEPS, name);
    Path directory = config.monitor().logDir().orElse(Path.of(""));
    Files.createDirectories(directory.toAbsolutePath());
    Path file = directory.resolve("coord_check_" + name + ".0.svg");
    AtomicFile.write(file, LossPlot.svg(title, "hidden_size", curves, List.of()));
    console.info("drawn: %s", file);
  }
}
