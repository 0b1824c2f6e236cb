package neox.train.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.Addresses;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.Version;
import neox.train.launch.HostProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir Path directory;

  private static HostProbe.Answer host(List<String> command) {
    String host = command.get(command.size() - 2);
    String question = command.getLast();
    return switch (host) {
      case "closed" -> new HostProbe.Answer(255, "ssh: connect to host closed: refused\n");
      case "late" ->
          question.startsWith("date")
              ? new HostProbe.Answer(0, "1000000060000\n")
              : new HostProbe.Answer(0, "neox-train (neox) " + Version.string());
      case "old" ->
          question.endsWith("--version")
              ? new HostProbe.Answer(0, "neox-train (neox) 0.0.1\n")
              : new HostProbe.Answer(question.startsWith("timeout") ? 1 : 0, "1000000000000");
      default ->
          question.endsWith("--version")
              ? new HostProbe.Answer(0, "neox-train (neox) " + Version.string())
              : new HostProbe.Answer(0, "1000000000000");
    };
  }

  private static List<String> lines(String... hosts) throws IOException {
    int port = freePort();
    return new NetworkChecks(
            DoctorCommandTest::host, List.of("ssh"), "neox-train", () -> 1_000_000_000_000L)
        .all(List.of(hosts), "127.0.0.1", port).stream()
            .map(check -> check.line().replace(String.valueOf(port), "PORT"))
            .toList();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void saysOfEachHostWhatIsWrongAndWhatToDo() throws IOException {
    assertThat(lines("good"))
        .containsExactly(
            "ok    good           lets us log in",
            "ok    good           its clock is within 0 ms of ours",
            "ok    good           has the same neox-train",
            "ok    good           reaches 127.0.0.1:PORT");
    assertThat(lines("closed"))
        .containsExactly(
            "fail  closed         no login: ssh: connect to host closed: refused; see that 'ssh"
                + " closed true' works without a password");
    assertThat(lines("late"))
        .contains(
            "warn  late           its clock is 60.0 s from ours; set it (chrony, ntp): times in logs"
                + " and heartbeats would not fit together");
    assertThat(lines("old"))
        .contains(
            "fail  old            neox-train --version says 'neox-train (neox) 0.0.1', here it is "
                + Version.string()
                + "; install the same neox in the same place",
            "fail  old            does not reach 127.0.0.1:PORT; open the port in firewalls, or give"
                + " another master_addr or master_port");
  }

  @Test
  void looksAtMemoryAndLimits() throws IOException {
    Files.writeString(directory.resolve("meminfo"), "MemAvailable:    1048576 kB\n");
    Files.createDirectories(directory.resolve("self"));
    Files.writeString(
        directory.resolve("self/limits"),
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             unlimited            unlimited            processes
        Max open files            1024                 1048576              files
        """);
    HostChecks checks = new HostChecks(directory);
    assertThat(checks.memory().line())
        .isEqualTo(
            "warn  memory         1.0 GiB available; end what else runs here, or train a small"
                + " model");
    assertThat(checks.limit("Max open files", "open files", 4096, "ulimit -n").line())
        .isEqualTo("warn  open files     at most 1024; raise it to 4096: ulimit -n 4096");
    assertThat(checks.limit("Max processes", "processes", 4096, "ulimit -u").line())
        .isEqualTo("ok    processes      at most unlimited");
  }

  @Test
  void failsWhereAPortIsTakenOrAPlaceCannotBeRead() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThat(HostChecks.port(taken.getLocalPort()).isFailure()).isTrue();
    }
    assertThat(HostChecks.readable("data_path", directory.resolve("no.bin")).line())
        .isEqualTo(
            "fail  data_path      "
                + directory.resolve("no.bin")
                + " cannot be read; see that it is there on every host");
    assertThat(HostChecks.readable("data_path", Addresses.path("gs://b/x.bin")).line())
        .startsWith("fail  data_path      gs://b: gs:// is not known; expected one of")
        .endsWith("; see that it is there on every host");
    assertThat(HostChecks.disk("save", directory.resolve("not/yet")).isFailure()).isFalse();
  }

  @Test
  void worksWithoutAConfiguration() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code =
        Tool.run(new DoctorCommand(), new String[0], InputStream.nullInputStream(), stream, stream);
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("ok    Java ", "ok    libtorch       loaded, computes; ranks talk by its Gloo")
        .contains("disk ");
    boolean fails = text.lines().anyMatch(line -> line.startsWith("fail"));
    assertThat(code).isEqualTo(fails ? ExitCode.FAILED : ExitCode.OK);
  }
}
