package neox.hub.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.hub.Answer;
import neox.hub.HubSettings;
import neox.hub.HubUnreachable;
import neox.hub.RemoteFile;
import neox.hub.RunningHash;
import neox.hub.download.RangeHttp.Trail;

/// Gets files over HTTP: resumes, repeats, verifies.
///
/// Not thread-safe. The owner closes it.
public final class Download implements AutoCloseable {
  private static final int BLOCK_BYTES = 1 << 16;

  /// How often a file is begun anew because it changed, or came wrong, before that is final.
  private static final int MAX_BEGINNINGS = 3;

  private final RangeHttp http;
  private final Patience patience;
  private final DownloadObserver observer;

  private Download(RangeHttp http, Patience patience, DownloadObserver observer) {
    this.http = http;
    this.patience = patience;
    this.observer = observer;
  }

  /// Prepares downloads; makes no call yet.
  ///
  /// @param settings whose token goes to that hub only
  public static Download open(HubSettings settings, Patience patience, DownloadObserver observer) {
    return new Download(new RangeHttp(settings, patience), patience, observer);
  }

  /// A stream of a file that has been found to be there.
  public interface Source extends AutoCloseable {
    /// The bytes; at their end the length and the sum have been checked.
    InputStream stream();

    /// The length, if it is known.
    OptionalLong length();

    /// Reads what is left, so that everything has been checked.
    void finish() throws IOException;

    @Override
    void close();
  }

  /// Downloads to a file that appears complete and verified, or not at all. What has come when it
  /// fails stays in `NAME.part`, from where the next call goes on.
  public void toFile(RemoteFile file, Path target) throws IOException {
    try (PartFile part = PartFile.open(target)) {
      for (int beginning = 1; ; beginning++) {
        try {
          complete(file, part);
          part.commit();
          return;
        } catch (DownloadFailure.Changed | DownloadFailure.WrongContent e) {
          part.discard();
          if (beginning == MAX_BEGINNINGS) {
            throw new DownloadFailure.Final(e.getMessage() + " (begun " + beginning + " times)");
          }
          observer.warn(e.getMessage() + "; beginning again");
        }
      }
    }
  }

  /// Deletes a downloaded file, and what there is of one that was not completed.
  public static void forget(Path target) throws IOException {
    Files.deleteIfExists(target);
    Files.deleteIfExists(PartFile.part(target));
    Files.deleteIfExists(PartFile.state(target));
  }

  private void complete(RemoteFile file, PartFile part) throws IOException {
    Optional<Identity> begun = part.begun(file);
    RunningHash hash = hash(file, begun);
    part.addTo(hash);
    try (RemoteStream stream = new RemoteStream(http, file, patience, observer, begun, hash)) {
      stream.connect();
      part.begin(file, stream.identity());
      if (stream.length().isPresent()) {
        part.requireSpace(stream.length().getAsLong());
      }
      byte[] block = new byte[BLOCK_BYTES];
      for (int read = stream.read(block); read >= 0; read = stream.read(block)) {
        part.append(block, read);
      }
    }
  }

  private static RunningHash hash(RemoteFile file, Optional<Identity> begun) {
    OptionalLong length =
        file.size().isPresent()
            ? file.size()
            : begun.map(Identity::length).orElse(OptionalLong.empty());
    return RunningHash.start(length, file.checksum().or(() -> begun.flatMap(Identity::checksum)));
  }

  /// Opens a file as a stream that survives broken connections. A file that changes meanwhile, or
  /// whose sum is wrong, ends in an [IOException] of the stream. Its progress is the reader's to
  /// tell.
  public Source toStream(RemoteFile file) throws IOException {
    RunningHash nothing = hash(file, Optional.empty());
    RemoteStream stream =
        new RemoteStream(
            http, file, patience, new OnlyWarnings(observer), Optional.empty(), nothing);
    try {
      stream.connect();
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
    return new Open(stream);
  }

  /// The first of several addresses of the same bytes that answers.
  public Source toStream(List<RemoteFile> mirrors) throws IOException {
    return first(mirrors, this::toStream);
  }

  /// As [#toFile(RemoteFile, Path)], from the first of several addresses that has the file.
  public void toFile(List<RemoteFile> mirrors, Path target) throws IOException {
    first(
        mirrors,
        mirror -> {
          toFile(mirror, target);
          return target;
        });
  }

  private interface Attempt<T> {
    T at(RemoteFile mirror) throws IOException;
  }

  private <T> T first(List<RemoteFile> mirrors, Attempt<T> attempt) throws IOException {
    for (RemoteFile mirror : mirrors.subList(0, mirrors.size() - 1)) {
      try {
        return attempt.at(mirror);
      } catch (DownloadFailure | UserException e) {
        observer.warn(e.getMessage() + "; trying the next mirror");
      }
    }
    return attempt.at(mirrors.getLast());
  }

  /// Whether an address answers.
  ///
  /// @param detail what it says, in a few words
  public record Liveness(boolean alive, String detail, OptionalLong size) {}

  /// Asks for the headers, once; never throws for what the network does.
  public Liveness probe(RemoteFile file) {
    try {
      Trail trail = http.head(file);
      int status = trail.response().code();
      OptionalLong size =
          trail.identity(Answer.number(trail.response().header("Content-Length"))).length();
      return new Liveness(status == 200, "HTTP " + status, size);
    } catch (DownloadFailure | UserException e) {
      return new Liveness(false, String.valueOf(e.getMessage()), OptionalLong.empty());
    } catch (IOException e) {
      return new Liveness(false, HubUnreachable.describe(e), OptionalLong.empty());
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private record OnlyWarnings(DownloadObserver observer) implements DownloadObserver {
    @Override
    public void progress(String name, long doneBytes, OptionalLong totalBytes) {}

    @Override
    public void warn(String line) {
      observer.warn(line);
    }
  }

  private record Open(RemoteStream remote) implements Source {
    @Override
    public InputStream stream() {
      return remote;
    }

    @Override
    public OptionalLong length() {
      return remote.length();
    }

    @Override
    public void finish() throws IOException {
      remote.drain();
    }

    @Override
    public void close() {
      remote.close();
    }
  }
}
