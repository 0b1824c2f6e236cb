package neox.base.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.NamedFiles;
import neox.base.UserException;

/// What NVIDIA's driver tells of this machine's GPUs, without any library of it: a directory for
/// each below `/proc`. Whether a process may use them is another question.
public final class NvidiaDriver {
  private static final String GPUS = "driver/nvidia/gpus";
  private static final String INFORMATION = "information";
  private static final String MODEL = "Model:";

  private final Path gpus;

  /// @param proc where the kernel tells of itself
  public NvidiaDriver(Path proc) {
    this.gpus = proc.resolve(GPUS);
  }

  /// That of this machine.
  public static NvidiaDriver here() {
    return new NvidiaDriver(Path.of("/proc"));
  }

  /// Whether there is a driver.
  public boolean isLoaded() {
    return Files.isDirectory(gpus);
  }

  /// How many GPUs there are; 0 where there is no driver, or it does not tell.
  public int gpus() {
    return directories().size();
  }

  /// What the first GPU is called, such as `NVIDIA H200`: those of a machine are alike.
  public Optional<String> model() {
    return directories().stream().findFirst().flatMap(NvidiaDriver::model);
  }

  private static Optional<String> model(Path gpu) {
    try {
      return NamedFiles.readAllLines(gpu.resolve(INFORMATION)).stream()
          .filter(line -> line.startsWith(MODEL))
          .map(line -> line.substring(MODEL.length()).strip())
          .findFirst();
    } catch (IOException | UserException e) {
      return Optional.empty();
    }
  }

  private List<Path> directories() {
    if (!isLoaded()) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(gpus)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
