package neox.train.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import neox.base.UserException;

/// A connection to the agent of another host. What comes is read by a thread of its own; all else
/// belongs to one thread.
final class Link implements AutoCloseable {
  private final Socket socket;
  private final Writer out;
  private final BlockingQueue<Message> arrived = new LinkedBlockingQueue<>();
  private volatile long heardAtMillis = System.currentTimeMillis();
  private volatile boolean ended;

  /// @param socket connected; closed with this
  Link(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    Thread.ofPlatform().name("agent at " + peer()).daemon().start(() -> read(in));
  }

  String peer() {
    return String.valueOf(socket.getRemoteSocketAddress());
  }

  private void read(BufferedReader in) {
    try (in) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        heardAtMillis = System.currentTimeMillis();
        arrived.add(Message.parse(line, peer()));
      }
    } catch (IOException | UserException | IllegalStateException e) {
      // As if it had been closed: who is not an agent is not listened to.
    } finally {
      ended = true;
    }
  }

  /// What has come next; empty if nothing does within the time.
  Optional<Message> next(long millis) throws InterruptedException {
    return Optional.ofNullable(arrived.poll(millis, TimeUnit.MILLISECONDS));
  }

  /// Whether nothing will come any more, and all that has is taken.
  boolean isOver() {
    return ended && arrived.isEmpty();
  }

  long silentMillis() {
    return System.currentTimeMillis() - heardAtMillis;
  }

  /// Says something; whether the other hears it shows in what it says.
  void say(Message message) {
    try {
      out.write(message.toJson() + "\n");
      out.flush();
    } catch (IOException e) {
      ended = true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
