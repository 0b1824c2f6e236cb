package neox.parallel.comm;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import neox.base.UserException;

/// Where rank 0 serves the store through which processes find each other.
///
/// What can go wrong here is looked for before libtorch is asked, which would print pages of C++
/// stack for each attempt.
public record MeetingPoint(String host, int port) {
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(50);
  private static final int ATTEMPT_MILLIS = 1000;

  @Override
  public String toString() {
    return host + ":" + port;
  }

  /// On the rank that serves: the port must be free.
  void checkFree() {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(port));
    } catch (IOException e) {
      throw new UserException(
          "MASTER_PORT %d cannot be served on this host: %s; choose another port"
              .formatted(port, e.getMessage()),
          e);
    }
  }

  /// On the others: waits until somebody serves.
  void awaitServer(Duration timeout) {
    InetSocketAddress server = new InetSocketAddress(address(), port);
    long giveUpAtNanos = System.nanoTime() + timeout.toNanos();
    while (!answers(server)) {
      if (System.nanoTime() > giveUpAtNanos) {
        throw new CommunicationException(
            "nobody answers at %s (MASTER_ADDR:MASTER_PORT) within %d s: rank 0 has not started, or"
                    .formatted(this, timeout.toSeconds())
                + " a firewall is in between");
      }
      pause();
    }
  }

  private static boolean answers(InetSocketAddress server) {
    try (Socket probe = new Socket()) {
      probe.connect(server, ATTEMPT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_ATTEMPTS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommunicationException("interrupted while waiting for rank 0", e);
    }
  }

  /// The address of this host that the other ranks can reach: the one from which the meeting point
  /// is reached.
  ///
  /// A host often knows its own name as 127.0.1.1, which means another machine to the others; only
  /// where the meeting point is loopback by what was written are all ranks on this host.
  InetAddress localAddress() {
    InetAddress server = address();
    if (!server.isLoopbackAddress()) {
      return route(server);
    }
    if (host.equals("localhost") || host.equals(server.getHostAddress())) {
      return server;
    }
    return firstOnANetwork().orElse(server);
  }

  private InetAddress address() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new UserException("MASTER_ADDR: no host is called '" + host + "'", e);
    }
  }

  /// Connecting a datagram socket chooses the route and sends nothing.
  private InetAddress route(InetAddress server) {
    try (DatagramSocket probe = new DatagramSocket()) {
      probe.connect(server, port);
      return probe.getLocalAddress();
    } catch (SocketException e) {
      throw new UserException("MASTER_ADDR: no way to '%s': %s".formatted(host, e.getMessage()), e);
    }
  }

  private static Optional<InetAddress> firstOnANetwork() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
          .findFirst();
    } catch (SocketException e) {
      return Optional.empty();
    }
  }
}
