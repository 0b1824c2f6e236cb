package neox.train.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.Version;
import neox.base.process.NvidiaDriver;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What a run needs of this host.
final class HostChecks {
  private static final long MEBI = 1L << 20;
  private static final long GIBI = 1L << 30;
  private static final int JAVA = 25;
  private static final long FEW_FILES = 4096;
  private static final long FEW_PROCESSES = 4096;

  private final Path proc;

  HostChecks(Path proc) {
    this.proc = proc;
  }

  /// All but the disks.
  List<Check> all(int masterPort) {
    List<Check> checks = new ArrayList<>();
    checks.add(program());
    checks.add(java());
    checks.add(natives());
    checks.add(devices());
    checks.add(memory());
    checks.add(sharedMemory(Path.of("/dev/shm")));
    checks.add(limit("Max open files", "open files", FEW_FILES, "ulimit -n"));
    checks.add(limit("Max processes", "processes", FEW_PROCESSES, "ulimit -u"));
    checks.add(port(masterPort));
    return checks;
  }

  private static Check program() {
    return Check.ok("neox", Version.string());
  }

  private static Check java() {
    int feature = Runtime.version().feature();
    String found =
        "%s, heap of at most %d MiB"
            .formatted(Runtime.version(), Runtime.getRuntime().maxMemory() / MEBI);
    return feature >= JAVA
        ? Check.ok("Java", found)
        : Check.fail("Java", found, "install JDK %d, or set JAVA_HOME to it".formatted(JAVA));
  }

  /// Loads libtorch and adds two numbers.
  private static Check natives() {
    try {
      NativeRuntime.start(1);
      try (var _ = Scope.open()) {
        Placement cpu = Placement.cpu(ScalarType.Float);
        double sum = cpu.full(1, 1).add(cpu.full(1, 1)).item_double();
        return sum == 2
            ? Check.ok("libtorch", "loaded, computes; ranks talk by its Gloo")
            : Check.fail(
                "libtorch", "1 + 1 = " + sum, "this processor or its memory is not in order");
      }
    } catch (RuntimeException | LinkageError e) {
      return Check.fail(
          "libtorch",
          "cannot be loaded: " + e.getMessage(),
          "see that its natives for this system are installed and that the temporary directory is"
              + " not mounted noexec");
    }
  }

  private Check devices() {
    int processors = Runtime.getRuntime().availableProcessors();
    String found = "%d processors".formatted(processors);
    int gpus = new NvidiaDriver(proc).gpus();
    if (gpus == 0) {
      return Check.ok("devices", found + ", no GPU");
    }
    try {
      int usable = torch.cuda_is_available() ? (int) torch.cuda_device_count() : 0;
      String all = "%s, %d of %d GPUs usable".formatted(found, usable, gpus);
      return usable == gpus
          ? Check.ok("devices", all)
          : Check.warn(
              "devices",
              all,
              "this build of libtorch, or the driver, or CUDA_VISIBLE_DEVICES does not reach them");
    } catch (RuntimeException | LinkageError e) {
      return Check.warn("devices", found + ", GPUs cannot be asked", "use --device cpu");
    }
  }

  Check memory() {
    Optional<Long> available = kibibytes("MemAvailable");
    if (available.isEmpty()) {
      return Check.warn("memory", "not known", "see that the run fits: neox-train plan");
    }
    String found = "%.1f GiB available".formatted((double) available.get() / GIBI);
    return available.get() >= 2 * GIBI
        ? Check.ok("memory", found)
        : Check.warn("memory", found, "end what else runs here, or train a small model");
  }

  private Optional<Long> kibibytes(String name) {
    Pattern line = Pattern.compile(name + ":\\s+(\\d+) kB");
    return text("meminfo")
        .map(line::matcher)
        .filter(Matcher::find)
        .map(found -> Long.parseLong(found.group(1)) * 1024);
  }

  private Optional<String> text(String file) {
    try {
      return Optional.of(NamedFiles.readString(proc.resolve(file)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Check sharedMemory(Path directory) {
    try {
      long free = Files.getFileStore(directory).getUsableSpace();
      String found = "%d MiB free in %s".formatted(free / MEBI, directory);
      return free >= 64 * MEBI
          ? Check.ok("shared memory", found)
          : Check.warn(
              "shared memory", found, "give a container more (docker --shm-size); CPUs need none");
    } catch (IOException e) {
      return Check.warn("shared memory", "no " + directory, "CPUs need none");
    }
  }

  Check limit(String name, String what, long few, String remedy) {
    Pattern line = Pattern.compile(Pattern.quote(name) + "\\s+(\\S+)");
    Optional<String> limit =
        text("self/limits").map(line::matcher).filter(Matcher::find).map(found -> found.group(1));
    if (limit.isEmpty()) {
      return Check.warn(what, "limit not known", "see " + remedy);
    }
    boolean enough = limit.get().equals("unlimited") || Long.parseLong(limit.get()) >= few;
    String found = "at most " + limit.get();
    return enough
        ? Check.ok(what, found)
        : Check.warn(what, found, "raise it to %d: %s %d".formatted(few, remedy, few));
  }

  static Check port(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(port));
      return Check.ok("port", "%d can be served".formatted(port));
    } catch (IOException e) {
      return Check.fail(
          "port", "%d: %s".formatted(port, e.getMessage()), "choose another master_port");
    }
  }

  /// Room on the disk of a directory that is written to, or would be made.
  static Check disk(String key, Path directory) {
    Path there = directory.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      FileStore store = Files.getFileStore(there);
      String found =
          "%s: %.1f GiB free".formatted(directory, (double) store.getUsableSpace() / GIBI);
      if (!Files.isWritable(there)) {
        return Check.fail(
            key, found + ", not writable", "change its owner, or choose another place");
      }
      return store.getUsableSpace() >= GIBI
          ? Check.ok(key, found)
          : Check.warn(key, found, "make room: a checkpoint may not fit");
    } catch (IOException e) {
      return Check.fail(key, directory + ": " + e.getMessage(), "choose another place");
    }
  }

  /// A file that is read.
  static Check readable(String key, Path file) {
    String remedy = "see that it is there on every host";
    try {
      return Files.isReadable(file)
          ? Check.ok(key, file + " can be read")
          : Check.fail(key, file + " cannot be read", remedy);
    } catch (UserException e) { // a store that refuses, or does not answer
      return Check.fail(key, Objects.requireNonNullElse(e.getMessage(), "refused"), remedy);
    }
  }
}
