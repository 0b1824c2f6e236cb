package neox.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.hub.download.Download;
import neox.prepare.Corpus.Part;
import neox.preprocess.input.RemoteInput;

/// A file of a corpus that is tokenized while it is downloaded. What has to lie on disk for that
/// lies there no longer than it is read.
///
/// Used by one thread. The owner closes it.
final class DownloadedInput implements RemoteInput, AutoCloseable {
  private final Part.Remote part;
  private final Download download;
  private final Path spool;
  private Optional<Download.Source> source = Optional.empty();

  /// @param spool where the file may lie for as long as it is read
  DownloadedInput(Part.Remote part, Download download, Path spool) {
    this.part = part;
    this.download = download;
    this.spool = spool;
  }

  @Override
  public String name() {
    return part.name();
  }

  @Override
  public long size() {
    return part.mirrors().getFirst().size().orElse(0);
  }

  @Override
  public InputStream open() throws IOException {
    source = Optional.of(download.toStream(part.mirrors()));
    return source.get().stream();
  }

  @Override
  public Path fetch() throws IOException {
    new RawRecord(spool).delete();
    download.toFile(part.mirrors(), spool);
    if (part.unpacked().isPresent()) {
      UnpackedCheck.require(spool, part.unpacked().get());
    }
    return spool;
  }

  @Override
  public void finished() throws IOException {
    if (source.isPresent()) {
      source.get().finish();
    }
    Files.deleteIfExists(spool);
  }

  @Override
  public void close() throws IOException {
    source.ifPresent(Download.Source::close);
    Files.deleteIfExists(spool);
  }
}
