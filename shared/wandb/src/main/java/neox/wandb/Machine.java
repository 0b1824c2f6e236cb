package neox.wandb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import neox.base.process.HostName;

/// What W&B shows of the machine and of this process, under its names. What the system does not
/// tell is left out. Rates count from the last look. Not thread-safe.
final class Machine {
  private static final double MEBIBYTE = 1 << 20;
  private static final double GIBIBYTE = 1 << 30;
  private static final int SECTOR = 512;

  private final Path proc;
  private final Path disk;
  private final Gpus gpus;
  private long[] cpu;

  Machine(Path proc, Path disk, Gpus gpus) {
    this.proc = proc;
    this.disk = disk;
    this.gpus = gpus;
    this.cpu = cpuTicks();
  }

  /// This one.
  ///
  /// @param disk a directory on the file system that is watched
  static Machine here(Path disk) {
    return new Machine(Path.of("/proc"), disk, Gpus.find());
  }

  /// Numbers of this moment.
  ObjectNode look() {
    ObjectNode event = WandbJson.object();
    cpu(event);
    memory(event);
    disk(event);
    network(event);
    gpus.look().forEach(event::put);
    return event;
  }

  private void cpu(ObjectNode event) {
    long[] before = cpu;
    cpu = cpuTicks();
    long total = cpu[1] - before[1];
    if (total > 0) {
      event.put("system.cpu", 100.0 * (cpu[0] - before[0]) / total);
    }
    List<String> status = ProcFile.lines(proc.resolve("self/status"));
    if (!status.isEmpty()) {
      event.put("system.proc.cpu.threads", ProcFile.value(status, "Threads"));
    }
  }

  /// Busy ticks, and all.
  private long[] cpuTicks() {
    long busy = 0;
    long all = 0;
    List<String> lines = ProcFile.lines(proc.resolve("stat"));
    String[] words = lines.isEmpty() ? new String[0] : ProcFile.words(lines.getFirst());
    for (int i = 1; i < Math.min(words.length, 9); i++) { // further ones are counted in these
      long ticks = Long.parseLong(words[i]);
      all += ticks;
      busy += i == 4 || i == 5 ? 0 : ticks; // idle, iowait
    }
    return new long[] {busy, all};
  }

  private void memory(ObjectNode event) {
    List<String> memory = ProcFile.lines(proc.resolve("meminfo"));
    List<String> status = ProcFile.lines(proc.resolve("self/status"));
    double total = ProcFile.value(memory, "MemTotal");
    if (total > 0) {
      double free = ProcFile.value(memory, "MemAvailable");
      double own = ProcFile.value(status, "VmRSS");
      event.put("system.memory_percent", 100 * (total - free) / total);
      event.put("system.proc.memory.availableMB", free / 1024);
      event.put("system.proc.memory.rssMB", own / 1024);
      event.put("system.proc.memory.percent", 100 * own / total);
    }
  }

  private void disk(ObjectNode event) {
    try {
      FileStore store = Files.getFileStore(disk);
      double total = store.getTotalSpace();
      double used = total - store.getUnallocatedSpace();
      if (total > 0) {
        event.put("system.disk./.usagePercent", 100 * used / total);
        event.put("system.disk./.usageGB", used / GIBIBYTE);
      }
    } catch (IOException e) {
      return; // it may come back
    }
    for (String line : ProcFile.lines(proc.resolve("diskstats"))) {
      String[] words = ProcFile.words(line);
      if (words.length > 9 && words[2].matches("sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\\d+n\\d+")) {
        event.put("system.disk." + words[2] + ".in", megabytes(words[5]));
        event.put("system.disk." + words[2] + ".out", megabytes(words[9]));
      }
    }
  }

  private static double megabytes(String sectors) {
    return Double.parseDouble(sectors) * SECTOR / MEBIBYTE;
  }

  private void network(ObjectNode event) {
    double received = 0;
    double sent = 0;
    List<String> lines = ProcFile.lines(proc.resolve("net/dev"));
    for (String line : lines) {
      String[] halves = line.split(":", 2);
      if (halves.length == 2 && !halves[0].strip().equals("lo")) {
        String[] words = ProcFile.words(halves[1]);
        received += words.length > 8 ? Double.parseDouble(words[0]) : 0;
        sent += words.length > 8 ? Double.parseDouble(words[8]) : 0;
      }
    }
    if (!lines.isEmpty()) {
      event.put("system.network.sent", sent);
      event.put("system.network.recv", received);
    }
  }

  /// What stays the same: `wandb-metadata.json`.
  ///
  /// @param program the name of the tool
  ObjectNode describe(String program) {
    ObjectNode json = WandbJson.object();
    json.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .put("java", System.getProperty("java.version"))
        .put("startedAt", Instant.now().toString())
        .put("program", program)
        .put("host", HostName.here())
        .put("cpu_count", Runtime.getRuntime().availableProcessors())
        .put("cpu_count_logical", Runtime.getRuntime().availableProcessors());
    double kilobytes = ProcFile.value(ProcFile.lines(proc.resolve("meminfo")), "MemTotal");
    if (kilobytes > 0) {
      json.putObject("memory").put("total", String.format(Locale.ROOT, "%.0f", kilobytes * 1024));
    }
    List<String> names = gpus.names();
    if (!names.isEmpty()) {
      json.put("gpu", names.getFirst()).put("gpu_count", names.size());
    }
    return json;
  }
}
