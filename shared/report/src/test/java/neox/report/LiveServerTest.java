package neox.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveServerTest {
  @TempDir Path directory;

  @Test
  void givesWhatHasComeSinceTheLastAnswer() throws IOException {
    MadeUpRun.write(directory, 200, 0);
    try (LiveServer server = LiveServer.start(List.of(directory), 0)) {
      assertThat(get(server, "/")).startsWith("HTTP/1.1 200").contains("<!DOCTYPE html>");
      JsonNode first = data(server, "");
      assertThat(first.path("whole").asBoolean()).isTrue();
      assertThat(first.at("/series/train~1lm_loss/y")).hasSize(200);

      JsonNode nothing = data(server, first.path("at").asText());
      assertThat(nothing.path("whole").asBoolean()).isFalse();
      assertThat(nothing.path("series")).isEmpty();
      assertThat(nothing.has("journal")).isFalse();

      append("metrics.jsonl", "{\"step\":201,\"train/lm_loss\":1.5}\n{\"step\":202,\"tr");
      append("journal.jsonl", "{\"kind\":\"warning\",\"text\":\"new\"}\n");
      JsonNode second = data(server, nothing.path("at").asText());
      assertThat(second.at("/series/train~1lm_loss").toString())
          .isEqualTo("{\"n\":1,\"x\":[201],\"y\":[1.5]}");
      assertThat(second.path("journal")).hasSize(4);
    }
  }

  @Test
  void waitsForARunThatHasRecordedNothingYet() throws IOException {
    try (LiveServer server = LiveServer.start(List.of(directory), 0)) {
      assertThat(get(server, "/")).startsWith("HTTP/1.1 200");
      JsonNode nothing = data(server, "");
      MadeUpRun.write(directory, 10, 0);
      assertThat(data(server, nothing.path("at").asText()).at("/series/train~1lm_loss/y"))
          .hasSize(10);
    }
  }

  @Test
  void refusesOtherHostsMethodsAndPlaces() throws IOException {
    try (LiveServer server = LiveServer.start(List.of(directory), 0)) {
      int port = server.address().getPort();
      assertThat(send(port, "GET / HTTP/1.1\r\nHost: evil.example:" + port + "\r\n"))
          .startsWith("HTTP/1.1 421")
          .doesNotContain("<!DOCTYPE");
      assertThat(send(port, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")).startsWith("HTTP/1.1 421");
      assertThat(send(port, "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n"))
          .startsWith("HTTP/1.1 405");
      assertThat(get(server, "/../metrics.jsonl")).startsWith("HTTP/1.1 404");
      assertThat(send(port, "GET / HTTP/1.1\r\nHost: localhost:" + port + "\r\n"))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void listensOnTheLoopbackAlone() throws IOException {
    try (LiveServer server = LiveServer.start(List.of(directory), 0)) {
      assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
      // Another address of the loopback would be answered by a server that listens everywhere.
      assertThatThrownBy(() ->
              new Socket(
                      InetAddress.getByAddress(new byte[] {127, 0, 0, 2}),
                      server.address().getPort())
                  .close())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void saysThatAPortIsTaken() throws IOException {
    try (ServerSocket taken =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      assertThatThrownBy(() -> LiveServer.start(List.of(directory), taken.getLocalPort()))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "--port %d: expected a free port, found one in use; choose another (0: any free one)",
              taken.getLocalPort());
    }
  }

  private static JsonNode data(LiveServer server, String at) throws IOException {
    String answer = get(server, "/data.json?at=" + at);
    return Json.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4), "answer").path(0);
  }

  private static String get(LiveServer server, String path) throws IOException {
    int port = server.address().getPort();
    return send(port, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n");
  }

  private static String send(int port, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port)) {
      socket
          .getOutputStream()
          .write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void append(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text, StandardOpenOption.APPEND);
  }
}
