package neox.hub.download;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import neox.base.UserException;
import neox.hub.Backoff;
import neox.hub.Checksum;
import neox.hub.HubUnreachable;
import neox.hub.RemoteFile;
import neox.hub.RunningHash;
import neox.hub.download.RangeHttp.Ask;
import neox.hub.download.RangeHttp.Body;
import org.jspecify.annotations.Nullable;

/// The bytes of a remote file, from some byte on, as if the network never failed.
///
/// When the connection breaks, the rest is asked for; when the server sends the whole file again,
/// its beginning is read over and compared by its sum. The end of the stream is reported only when
/// the length, and the sum if it is known, are right. One thread reads; any thread may close, which
/// ends a read that waits for the network.
final class RemoteStream extends InputStream {
  private static final int BLOCK_BYTES = 1 << 16;

  private final RangeHttp http;
  private final RemoteFile file;
  private final Patience patience;
  private final DownloadObserver observer;
  private Optional<Identity> identity;
  private RunningHash hash;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean closed;
  private volatile @Nullable Body body;
  private boolean ranges = true;
  private boolean complete;
  private int failures;

  /// @param identity what the beginning that is there already is of
  /// @param hash the beginning that is there already
  RemoteStream(
      RangeHttp http,
      RemoteFile file,
      Patience patience,
      DownloadObserver observer,
      Optional<Identity> identity,
      RunningHash hash) {
    this.http = http;
    this.file = file;
    this.patience = patience;
    this.observer = observer;
    this.identity = identity;
    this.hash = hash;
  }

  /// Makes the first connection, unless everything is there.
  void connect() throws IOException {
    while (body == null && !isWhole()) {
      attempt(this::open);
    }
  }

  /// What the server says of the file; known once connected.
  Identity identity() {
    return identity.orElseThrow();
  }

  OptionalLong length() {
    return file.size().isPresent()
        ? file.size()
        : identity.map(Identity::length).orElse(OptionalLong.empty());
  }

  RunningHash hash() {
    return hash;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    reading.lock();
    try {
      return count == 0 ? 0 : readLocked(target, offset, count);
    } finally {
      dropIfClosed();
      reading.unlock();
    }
  }

  private int readLocked(byte[] target, int offset, int count) throws IOException {
    stopIfClosed();
    int[] read = new int[1];
    while (read[0] == 0) {
      if (complete || isWhole()) {
        return end();
      }
      attempt(() -> read[0] = readOnce(target, offset, count));
    }
    failures = 0;
    observer.progress(file.name(), hash.bytes(), length());
    return read[0];
  }

  /// Reads what is left and checks it.
  void drain() throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    while (read(block, 0, block.length) >= 0) {
      // What is left is only to be checked.
    }
  }

  @Override
  public void close() {
    closed = true;
    Body open = body;
    if (open != null) {
      open.cancel();
    }
    if (reading.tryLock()) { // else the reader drops it when the cancelled read ends
      try {
        dropIfClosed();
      } finally {
        reading.unlock();
      }
    }
  }

  private void dropIfClosed() {
    if (closed) {
      drop();
    }
  }

  private void drop() {
    Body open = body;
    if (open != null) {
      open.close();
      body = null;
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /// Runs a step; after a failure that may pass, waits and returns.
  private void attempt(Step step) throws IOException {
    try {
      step.run();
    } catch (DownloadFailure.NoRange e) {
      drop();
      if (!ranges) {
        fail(e, Optional.empty());
      }
      ranges = false; // the beginning will be read over
    } catch (DownloadFailure.Busy e) {
      drop();
      fail(e, e.asked());
    } catch (DownloadFailure e) {
      drop();
      throw e;
    } catch (UserException e) {
      drop();
      if (identity.isEmpty()) {
        throw e;
      }
      throw new DownloadFailure.Final(String.valueOf(e.getMessage())); // it was there a moment ago
    } catch (IOException e) {
      drop();
      fail(e, Optional.empty());
    }
  }

  private void stopIfClosed() throws InterruptedIOException {
    if (closed || Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException(file.name() + ": interrupted");
    }
  }

  private void fail(IOException e, Optional<Duration> asked) throws IOException {
    stopIfClosed();
    String what = e instanceof DownloadFailure ? e.getMessage() : HubUnreachable.describe(e);
    String place = hash.bytes() == 0 ? "" : " after " + megabytes(hash.bytes());
    boolean hopeless = HubUnreachable.isUnknownHost(e) && identity.isEmpty();
    if (failures == patience.repeats() || hopeless) {
      String times = failures == 0 ? "" : " (tried " + (failures + 1) + " times)";
      throw new DownloadFailure.Final(file.name() + ": " + what + place + times);
    }
    Duration wait = asked.orElse(Backoff.pause(failures));
    failures++;
    observer.warn(
        "%s: %s%s; trying again in %d s".formatted(file.name(), what, place, wait.toSeconds()));
    try {
      patience.pause().sleep(wait);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(file.name() + ": interrupted");
    }
  }

  private int readOnce(byte[] target, int offset, int count) throws IOException {
    if (body == null) {
      open();
    }
    Body open = Objects.requireNonNull(body);
    int read = open.in().read(target, offset, count);
    if (read > 0) {
      hash.update(target, offset, read);
      refuseExcess();
      return read;
    }
    if (length().isPresent()) {
      throw new EOFException("the connection ended early");
    }
    if (!open.framed()) {
      observer.warn(
          file.name() + ": the server does not say how long it is, so it may have been cut short");
    }
    complete = true;
    return 0;
  }

  private void refuseExcess() throws DownloadFailure.WrongContent {
    if (length().isPresent() && hash.bytes() > length().getAsLong()) {
      throw wrong("more than the announced %d bytes came", length().getAsLong());
    }
  }

  private void open() throws IOException {
    boolean partial = ranges && hash.bytes() > 0 && mayResume();
    Optional<String> ifRange =
        expected().isPresent() ? Optional.empty() : identity.flatMap(Identity::ifRange);
    Body opened = http.get(new Ask(file, partial ? hash.bytes() : 0, ifRange));
    try {
      accept(opened);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
    body = opened;
  }

  /// Without a sum to check at the end, or something that has the server notice a change, a rest
  /// could belong to another file than the beginning.
  private boolean mayResume() {
    return expected().isPresent() || identity.flatMap(Identity::ifRange).isPresent();
  }

  private void accept(Body opened) throws IOException {
    Identity now = opened.identity();
    if (identity.isPresent() && !identity.get().mayBe(now)) {
      throw new DownloadFailure.Changed(file.name() + ": has changed at its source");
    }
    OptionalLong size = file.size();
    if (size.isPresent() && now.length().isPresent() && !size.equals(now.length())) {
      throw wrong(
          "the server has %d bytes, expected are %d", now.length().getAsLong(), size.getAsLong());
    }
    if (identity.isEmpty()) {
      identity = Optional.of(now);
      hash = RunningHash.start(length(), expected());
    }
    identity = identity.map(known -> known.withLength(now.length()));
    if (opened.from() == 0 && hash.bytes() > 0) {
      skipWhatIsThere(opened.in());
    }
  }

  private void skipWhatIsThere(InputStream in) throws IOException {
    RunningHash again = RunningHash.start(OptionalLong.empty(), Optional.empty());
    byte[] block = new byte[BLOCK_BYTES];
    while (again.bytes() < hash.bytes()) {
      int wanted = (int) Math.min(block.length, hash.bytes() - again.bytes());
      int read = in.read(block, 0, wanted);
      if (read < 0) {
        throw new EOFException("the connection ended early");
      }
      again.update(block, 0, read);
    }
    if (!again.sha256().equals(hash.sha256())) {
      throw new DownloadFailure.Changed(file.name() + ": has changed at its source");
    }
  }

  private Optional<Checksum> expected() {
    return file.checksum().or(() -> identity.flatMap(Identity::checksum));
  }

  private boolean isWhole() {
    return identity.isPresent() && length().isPresent() && hash.bytes() == length().getAsLong();
  }

  private int end() throws IOException {
    drop();
    if (length().isPresent() && hash.bytes() != length().getAsLong()) {
      throw wrong("%d bytes came, expected are %d", hash.bytes(), length().getAsLong());
    }
    if (expected().isPresent()) {
      Checksum sum = expected().get();
      String found = hash.sum(sum.kind()).orElse("unknown");
      if (!found.equals(sum.hex())) {
        throw wrong("its sum is wrong: expected %s, found %s", sum, found);
      }
    }
    complete = true;
    return -1;
  }

  private DownloadFailure.WrongContent wrong(String format, Object... arguments) {
    return new DownloadFailure.WrongContent(
        file.name() + ": " + String.format(Locale.ROOT, format, arguments));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
