package neox.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import neox.base.NamedFiles;
import neox.base.UserException;

/// Maps files of weights into memory, and recognizes what often lies in their place: the pointer
/// that Git LFS leaves, a server's page, nothing at all.
public final class MappedFile {
  private static final String GIT_LFS = "version https://git-lfs.github.com/spec/";
  private static final int HEAD = 512;

  /// The bytes of `file`, which live as long as `arena`.
  public static MemorySegment map(Path file, Arena arena) throws IOException {
    requireRegular(file);
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      refuseStandIn(file, bytes);
      return bytes;
    }
  }

  /// [UserException] when `file` is there but cannot be what belongs there.
  public static void check(Path file) throws IOException {
    requireRegular(file);
    try (var in = NamedFiles.newInputStream(file)) {
      refuseStandIn(file, MemorySegment.ofArray(in.readNBytes(HEAD)));
    }
  }

  private static void requireRegular(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw UserException.of(
          "%s: expected a file, found %s",
          file, Files.isDirectory(file) ? "a directory" : "a pipe or device");
    }
  }

  private static void refuseStandIn(Path file, MemorySegment bytes) {
    if (bytes.byteSize() == 0) {
      throw UserException.of("%s: truncated: it is empty; copy or download it again", file);
    }
    String head =
        new String(
                bytes.asSlice(0, Math.min(HEAD, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.ISO_8859_1)
            .stripLeading()
            .toLowerCase(Locale.ROOT);
    if (head.startsWith(GIT_LFS)) {
      throw UserException.of(
          "%s: is a pointer of Git LFS, not the file itself; run 'git lfs pull' in its directory",
          file);
    }
    if (head.startsWith("<!doctype") || head.startsWith("<html") || head.startsWith("<?xml")) {
      throw UserException.of("%s: is a web page, not the file itself; download it again", file);
    }
  }

  private MappedFile() {}
}
