package neox.train.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.Version;
import neox.base.process.HostName;

/// What a run is computed with, and where, for whoever compares runs later.
public final class RunEnvironment {
  private static final Path CPU = Path.of("/proc/cpuinfo");
  private static final String MODEL = "model name";

  /// By name, in the order in which it is shown.
  ///
  /// @param device on which it computes
  /// @param ranks of the run
  public static Map<String, String> of(String device, int ranks) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("neox", Version.string());
    environment.put(
        "java", System.getProperty("java.version") + ", " + System.getProperty("java.vendor"));
    environment.put(
        "system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    environment.put("host", HostName.here());
    processor().ifPresent(name -> environment.put("processor", name));
    environment.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    environment.put("device", device);
    environment.put("ranks", String.valueOf(ranks));
    Path here = Path.of("").toAbsolutePath();
    environment.put("directory", here.toString());
    commit(here).ifPresent(commit -> environment.put("commit", commit));
    return environment;
  }

  private static Optional<String> processor() {
    return read(CPU)
        .flatMap(text -> text.lines().filter(line -> line.startsWith(MODEL)).findFirst())
        .map(line -> line.substring(line.indexOf(':') + 1).strip());
  }

  /// The commit that the git repository around a directory stands at, read from its files.
  static Optional<String> commit(Path directory) {
    return Stream.iterate(directory, path -> path != null, Path::getParent)
        .map(path -> path.resolve(".git"))
        .filter(Files::exists)
        .findFirst()
        .flatMap(RunEnvironment::gitDirectory)
        .flatMap(git -> read(git.resolve("HEAD")).flatMap(head -> commit(git, head.strip())));
  }

  /// A working tree beside its repository has a file in the place of the directory.
  private static Optional<Path> gitDirectory(Path git) {
    return Files.isDirectory(git)
        ? Optional.of(git)
        : read(git).map(text -> git.resolveSibling(text.strip().replaceFirst("^gitdir: ", "")));
  }

  private static Optional<String> commit(Path git, String head) {
    if (!head.startsWith("ref: ")) {
      return Optional.of(head);
    }
    String name = head.substring("ref: ".length());
    Path common = read(git.resolve("commondir")).map(text -> git.resolve(text.strip())).orElse(git);
    return read(common.resolve(name))
        .map(String::strip)
        .or(() -> read(common.resolve("packed-refs")).flatMap(refs -> packed(refs, name)));
  }

  private static Optional<String> packed(String refs, String name) {
    return refs.lines()
        .filter(line -> line.endsWith(" " + name))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .findFirst();
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Optional.of(NamedFiles.readString(file))
          : Optional.empty();
    } catch (IOException | UserException e) { // it is no less a run
      return Optional.empty();
    }
  }

  private RunEnvironment() {}
}
