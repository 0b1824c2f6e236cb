package neox.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
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

/// A file of weights, open for reading and mapped into memory. What often lies in its place is
/// recognized: the pointer that Git LFS leaves, a server's page, nothing at all.
public final class MappedFile implements AutoCloseable {
  private static final String GIT_LFS = "version https://git-lfs.github.com/spec/";
  private static final int HEAD = 512;

  private final Path path;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  private MappedFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    boolean mapped = false;
    try {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      refuseStandIn(path, bytes);
      mapped = true;
    } finally {
      if (!mapped) {
        close();
      }
    }
  }

  /// Opens and maps `file`; [UserException] when it cannot be what belongs there.
  public static MappedFile open(Path file) throws IOException {
    requireRegular(file);
    return new MappedFile(file, NamedFiles.open(file, StandardOpenOption.READ));
  }

  public Path path() {
    return path;
  }

  /// The whole file, until [#close].
  public MemorySegment bytes() {
    return bytes;
  }

  FileChannel channel() {
    return channel;
  }

  /// A part of [#bytes] as bytes to be read; other memory as what it is.
  public ByteSource source(MemorySegment part) {
    long from = part.address() - bytes.address();
    boolean inFile = part.isNative() && from >= 0 && from <= bytes.byteSize() - part.byteSize();
    return inFile ? new FileRange(this, from, part.byteSize()) : new InMemory(part);
  }

  /// Gives back the memory of what was looked at so far. It is read again when it is looked at.
  public void forget() {
    bytes.unload();
  }

  @Override
  public void close() {
    arena.close();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
}
