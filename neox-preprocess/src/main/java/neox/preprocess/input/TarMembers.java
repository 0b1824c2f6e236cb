package neox.preprocess.input;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/// Walks over the regular files of a tar stream; directories, links and devices are passed over.
final class TarMembers implements Closeable {
  private static final int BLOCK_BYTES = 512;

  private final InputStream in;
  private final String archive;
  private final TarArchiveInputStream tar;
  private boolean endMarked;

  TarMembers(InputStream in, String archive) {
    this.in = in;
    this.archive = archive;
    this.tar =
        new TarArchiveInputStream(in, "UTF-8") {
          @Override
          protected boolean isEOFRecord(byte[] record) { // null where the bytes end
            endMarked |= record != null && super.isEOFRecord(record);
            return super.isEOFRecord(record);
          }
        };
  }

  /// Goes to the next file and returns its full name, `archive!member`; empty at the end.
  Optional<String> next() throws IOException {
    for (TarArchiveEntry entry = read(); entry != null; entry = read()) {
      if (isFile(entry)) {
        return Optional.of(Document.member(archive, entry.getName()));
      }
    }
    if (!endMarked) { // the library takes any end for the end
      boolean inHeader = tar.getBytesRead() % BLOCK_BYTES != 0;
      throw new EOFException(
          inHeader
              ? "the tar ends inside a header"
              : "the tar ends without the block of zeros that marks its end");
    }
    in.transferTo(OutputStream.nullOutputStream()); // checks the sum at the end of the compression
    return Optional.empty();
  }

  private @Nullable TarArchiveEntry read() throws IOException {
    try {
      TarArchiveEntry entry = tar.getNextEntry();
      if (entry != null && !entry.isCheckSumOK()) {
        throw new IOException("no tar header where one should be");
      }
      return entry;
    } catch (IllegalArgumentException e) {
      throw new IOException("bad tar header: " + e.getMessage(), e);
    }
  }

  private static boolean isFile(TarArchiveEntry entry) {
    boolean link = entry.isLink() || entry.isSymbolicLink();
    boolean device = entry.isBlockDevice() || entry.isCharacterDevice() || entry.isFIFO();
    return !entry.isDirectory() && !link && !device;
  }

  /// The content of the file that [#next] went to; closing it does nothing.
  InputStream content() {
    return new FilterInputStream(tar) {
      @Override
      public void close() {}
    };
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
