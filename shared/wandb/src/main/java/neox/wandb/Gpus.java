package neox.wandb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import neox.base.process.NvidiaDriver;

/// What NVIDIA's GPUs of this machine are doing, as `nvidia-smi`, which comes with their driver,
/// tells it from NVML. None where there is no driver.
final class Gpus {
  private static final String QUERY =
      "index,name,utilization.gpu,utilization.memory,memory.used,memory.total,temperature.gpu,"
          + "power.draw";
  private static final int COLUMNS = 8;
  private static final double MEBIBYTE = 1 << 20;

  private final Supplier<List<String>> table;

  /// @param table lines of numbers, one a GPU, in the order of the query
  Gpus(Supplier<List<String>> table) {
    this.table = table;
  }

  static Gpus find() {
    return new Gpus(NvidiaDriver.here().isLoaded() ? Gpus::ask : List::of);
  }

  List<String> names() {
    return table.get().stream().map(Gpus::cells).filter(c -> c.length > 1).map(c -> c[1]).toList();
  }

  /// Numbers under W&B's names, such as `system.gpu.0.gpu`.
  Map<String, Double> look() {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String line : table.get()) {
      String[] cells = cells(line);
      if (cells.length < COLUMNS) {
        continue;
      }
      String prefix = "system.gpu." + cells[0] + ".";
      put(numbers, prefix + "gpu", cells[2], 1);
      put(numbers, prefix + "memory", cells[3], 1);
      put(numbers, prefix + "memoryAllocatedBytes", cells[4], MEBIBYTE);
      if (isNumber(cells[4]) && isNumber(cells[5])) {
        double share = 100 * Double.parseDouble(cells[4]) / Double.parseDouble(cells[5]);
        numbers.put(prefix + "memoryAllocated", share);
      }
      put(numbers, prefix + "temp", cells[6], 1);
      put(numbers, prefix + "powerWatts", cells[7], 1);
    }
    return numbers;
  }

  /// What a GPU does not tell is `[N/A]`.
  private static void put(Map<String, Double> numbers, String name, String cell, double unit) {
    if (isNumber(cell)) {
      numbers.put(name, unit * Double.parseDouble(cell));
    }
  }

  private static boolean isNumber(String cell) {
    return cell.matches("\\d+(\\.\\d+)?");
  }

  private static String[] cells(String line) {
    return line.strip().split("\\s*,\\s*");
  }

  private static List<String> ask() {
    try {
      Process process =
          new ProcessBuilder("nvidia-smi", "--query-gpu=" + QUERY, "--format=csv,noheader,nounits")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        process.getOutputStream().close();
        byte[] out = process.getInputStream().readAllBytes();
        boolean ended = process.waitFor(10, TimeUnit.SECONDS);
        return ended && process.exitValue() == 0
            ? new String(out, StandardCharsets.UTF_8).lines().toList()
            : List.of();
      } finally {
        process.destroy();
      }
    } catch (IOException e) {
      return List.of(); // a driver without its tool
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
