package neox.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import neox.base.text.Sha256;

/// All that a run has recorded so far, or what has come since somebody looked.
///
/// @param identity of the file of numbers, which had it before it was read
/// @param whole whether `rows` begin at the beginning of the file
/// @param notes always all of them
record RecordedRun(
    RunFolder folder, String identity, boolean whole, MetricRows rows, RunNotes notes) {
  private static final int IDENTITY_DIGITS = 16;

  static RecordedRun read(RunFolder folder) throws IOException {
    String identity = identity(folder.metrics());
    MetricRows rows = MetricRows.read(folder.metrics(), 0);
    return new RecordedRun(folder, identity, true, rows, RunNotes.read(folder));
  }

  /// What has come since a place that [#place] named; all, where the file is another one by now, as
  /// after a restart, or the place names nothing.
  static RecordedRun since(RunFolder folder, String place) throws IOException {
    String identity = identity(folder.metrics());
    Optional<Long> from = offset(identity, place).filter(offset -> offset <= size(folder));
    if (from.isEmpty()) {
      return read(folder);
    }
    MetricRows rows = MetricRows.read(folder.metrics(), from.get());
    return rows.texts().isEmpty()
        ? new RecordedRun(folder, identity, false, rows, RunNotes.read(folder))
        : read(folder);
  }

  /// Names what was read, for [#since].
  String place() {
    return identity + "-" + rows.end();
  }

  private static Optional<Long> offset(String identity, String place) {
    String[] words = place.split("-", -1);
    return words.length == 2 && words[0].equals(identity) && words[1].matches("\\d{1,18}")
        ? Optional.of(Long.parseLong(words[1]))
        : Optional.empty();
  }

  private static long size(RunFolder folder) {
    return folder.metrics().toFile().length(); // 0 where there is none
  }

  /// Of the file that lies there now: a run that goes on puts another in its place.
  private static String identity(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "none";
    }
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return Sha256.of(Objects.toString(key)).substring(0, IDENTITY_DIGITS);
  }
}
