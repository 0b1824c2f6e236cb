package neox.wandb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.NamedFiles;

/// Lines of files in which Linux tells of the machine; none where there are no such files.
final class ProcFile {
  static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? NamedFiles.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of(); // a device that has gone meanwhile
    }
  }

  /// The words of a line.
  static String[] words(String line) {
    return line.strip().split("\\s+");
  }

  /// The number behind `name:` in lines such as `MemTotal: 123 kB`; 0 where there is none.
  static double value(List<String> lines, String name) {
    for (String line : lines) {
      String[] words = words(line);
      if (words.length > 1 && words[0].equals(name + ":")) {
        return Double.parseDouble(words[1]);
      }
    }
    return 0;
  }

  private ProcFile() {}
}
