package neox.train.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.NamedFiles;

/// How many processes the kernel has killed for want of memory in the group of processes (cgroup)
/// that this one belongs to.
final class MemoryKills {
  private static final Path GROUPS = Path.of("/proc/self/cgroup");
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final Pattern VERSION_2 = Pattern.compile("(?m)^0::(/.*)$");
  private static final Pattern VERSION_1 = Pattern.compile("(?m)^\\d+:memory:(/.*)$");
  private static final Pattern KILLS = Pattern.compile("(?m)^oom_kill (\\d+)$");

  /// 0 where nobody counts.
  static long count() {
    return count(GROUPS, ROOT);
  }

  static long count(Path groups, Path root) {
    String text = text(groups).orElse("");
    return file(VERSION_2, text, root, "memory.events")
        .or(() -> file(VERSION_1, text, root.resolve("memory"), "memory.oom_control"))
        .flatMap(MemoryKills::text)
        .map(KILLS::matcher)
        .filter(Matcher::find)
        .map(found -> Long.parseLong(found.group(1)))
        .orElse(0L);
  }

  /// A container sees its own group as the root.
  private static Optional<Path> file(Pattern group, String groups, Path root, String name) {
    Matcher found = group.matcher(groups);
    if (!found.find()) {
      return Optional.empty();
    }
    Path own = root.resolve(found.group(1).substring(1)).resolve(name);
    return Optional.of(Files.exists(own) ? own : root.resolve(name)).filter(Files::exists);
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(NamedFiles.readString(file));
    } catch (IOException e) {
      return Optional.empty(); // another system, or not for us to read
    }
  }

  private MemoryKills() {}
}
