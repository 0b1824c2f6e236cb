package neox.train.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import neox.base.Version;
import neox.train.launch.HostProbe;

/// What a run needs of the other hosts: a login, the same time and program, and a way to the port
/// where ranks meet.
///
/// @param ssh the words that log in, before the name of the host
/// @param program that ranks are started with
/// @param nowMillis this host's clock
record NetworkChecks(HostProbe probe, List<String> ssh, String program, LongSupplier nowMillis) {
  private static final long FAR_APART_MILLIS = 2000;

  List<Check> all(List<String> hosts, String masterAddress, int masterPort) {
    List<Check> checks = new ArrayList<>();
    for (String host : hosts) {
      Check login = login(host);
      checks.add(login);
      if (!login.isFailure()) {
        checks.add(clock(host));
        checks.add(version(host));
        checks.add(reach(host, masterAddress, masterPort));
      }
    }
    return checks;
  }

  private HostProbe.Answer ask(String host, String command) {
    List<String> words = new ArrayList<>(ssh);
    words.add(host);
    words.add(command);
    return probe.ask(words);
  }

  private Check login(String host) {
    HostProbe.Answer answer = ask(host, "true");
    return answer.isGood()
        ? Check.ok(host, "lets us log in")
        : Check.fail(
            host,
            "no login: " + lastLine(answer),
            "see that 'ssh %s true' works without a password".formatted(host));
  }

  /// Half of the way there and back is not its fault.
  private Check clock(String host) {
    long before = nowMillis.getAsLong();
    HostProbe.Answer answer = ask(host, "date +%s%3N");
    long after = nowMillis.getAsLong();
    String text = answer.output().strip();
    if (!answer.isGood() || !text.matches("\\d{10,16}")) {
      return Check.warn(host, "its clock cannot be read: " + lastLine(answer), "see its date");
    }
    long there = Long.parseLong(text);
    long apart = there < before ? before - there : Math.max(0, there - after);
    String found = "its clock is within %d ms of ours".formatted(apart + (after - before));
    return apart <= FAR_APART_MILLIS
        ? Check.ok(host, found)
        : Check.warn(
            host,
            "its clock is %.1f s from ours".formatted(apart / 1000.0),
            "set it (chrony, ntp): times in logs and heartbeats would not fit together");
  }

  private Check version(String host) {
    HostProbe.Answer answer = ask(host, program + " --version");
    String found = lastLine(answer);
    boolean same = answer.isGood() && found.endsWith(" " + Version.string());
    return same
        ? Check.ok(host, "has the same neox-train")
        : Check.fail(
            host,
            "%s --version says '%s', here it is %s".formatted(program, found, Version.string()),
            "install the same neox in the same place");
  }

  /// The port is served here for the moment, if this is the host that serves it later; on another
  /// host only the name can be looked up.
  private Check reach(String host, String address, int port) {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(address, port));
      HostProbe.Answer answer =
          ask(host, "timeout 5 bash -c 'exec 3<>/dev/tcp/%s/%d'".formatted(address, port));
      return answer.isGood()
          ? Check.ok(host, "reaches %s:%d".formatted(address, port))
          : Check.fail(
              host,
              "does not reach %s:%d".formatted(address, port),
              "open the port in firewalls, or give another master_addr or master_port");
    } catch (IOException e) {
      HostProbe.Answer answer = ask(host, "getent hosts " + address);
      return answer.isGood()
          ? Check.warn(
              host,
              "knows %s; whether it reaches port %d is not known".formatted(address, port),
              "run doctor on %s".formatted(address))
          : Check.fail(host, "does not know " + address, "give master_addr as an address");
    }
  }

  private static String lastLine(HostProbe.Answer answer) {
    return answer
        .output()
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((_, last) -> last)
        .orElse("exit code " + answer.code());
  }
}
