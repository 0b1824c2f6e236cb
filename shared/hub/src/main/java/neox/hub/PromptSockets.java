package neox.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/// Sockets that send what they are given at once: otherwise the end of each body waits until the
/// other side has acknowledged what came before, which it does after 40 ms.
final class PromptSockets extends SocketFactory {
  private static final SocketFactory USUAL = SocketFactory.getDefault();

  @Override
  public Socket createSocket() throws IOException {
    return prompt(USUAL.createSocket());
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return prompt(USUAL.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return prompt(USUAL.createSocket(host, port, localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return prompt(USUAL.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return prompt(USUAL.createSocket(host, port, localHost, localPort));
  }

  private static Socket prompt(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    return socket;
  }
}
