package neox.parallel.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import neox.base.UserException;
import neox.parallel.Launch;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.RankProcesses.Result;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class GlooTest {
  @TempDir Path directory;

  private List<Result> run(int worldSize, String scenario) throws Exception {
    return RankProcesses.run(GlooRank.class, worldSize, Map.of(), directory, scenario);
  }

  private static void succeeded(List<Result> results) {
    assertThat(results)
        .allSatisfy(result -> assertThat(result.exitCode()).as(result.error()).isZero());
  }

  @Test
  void everyVerbWorksBetweenTwoProcessesAndSumsHaveTheBitsOfTheOnesInProcess() throws Exception {
    List<Result> results = run(2, "verbs");
    succeeded(results);
    // Standard output is for data: Gloo's own lines must not appear there.
    assertThat(results).allSatisfy(result -> assertThat(result.output()).isEmpty());
    assertThat(results)
        .allSatisfy(result ->
            assertThat(result.error().lines()).allMatch(line -> line.startsWith("[Gloo] Rank ")));
    Ranks.runInProcess(
        new Topology(1, 2, 1),
        ranks ->
            assertThat(Files.readString(directory.resolve("bits" + ranks.rank())))
                .isEqualTo(Arrays.toString(Verbs.bits(ranks.data()))));
  }

  @Tag("slow")
  @Test
  void theDisjointGroupsOfFourProcessesOnANamedInterfaceDoNotMix() throws Exception {
    String loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();
    Map<String, String> environment = Map.of("GLOO_SOCKET_IFNAME", loopback);
    succeeded(RankProcesses.run(GlooRank.class, 4, environment, directory, "grid"));
  }

  @Test
  void theSilenceAndTheDeathOfAPeerAreOneClearLineEach() throws Exception {
    List<Result> results = run(2, "failures");
    assertThat(results.get(1).exitCode()).isEqualTo(GlooRank.DEAD);
    succeeded(results.subList(0, 1));
    assertThat(Files.readString(directory.resolve("silence")))
        .isEqualTo(
            "rank 0 of group tensor[0, 1]: receive of Float[3] from 1 failed: Timed out waiting"
                + " 4000ms for recv operation to complete; another rank is busy, stuck, at another"
                + " operation or was never started");
    String death = Files.readString(directory.resolve("death"));
    assertThat(death)
        .matches(
            "rank 0 of group world\\[0, 1]: allReduce SUM of Float\\[3] failed: .*(closed by"
                + " peer|reset by peer).*; another rank has ended: the one that failed first says"
                + " why");
    assertThat(Files.readString(directory.resolve("later")))
        .isEqualTo("rank 0 of group world[0, 1]: barrier after a failure: " + death);
  }

  @Test
  void waitsForMissingRanksNoLongerThanTheTimeout() throws Exception {
    Launch rankZero = new Launch(0, 2, "127.0.0.1", RankProcesses.freePort());
    assertThatThrownBy(() -> Ranks.join(new Topology(1, 2, 1), rankZero, Duration.ofSeconds(1)))
        .isInstanceOf(CommunicationException.class)
        .hasMessageMatching(
            "rank 0 of 2 ranks at 127.0.0.1:\\d+: meeting failed: Timed out after . seconds waiting"
                + " for clients. 1/2 clients joined.; another rank is busy, stuck, at another"
                + " operation or was never started");
    Launch rankOne = new Launch(1, 2, "127.0.0.1", RankProcesses.freePort());
    assertThatThrownBy(() -> Ranks.join(new Topology(1, 2, 1), rankOne, Duration.ofSeconds(1)))
        .isInstanceOf(CommunicationException.class)
        .hasMessage(
            "nobody answers at 127.0.0.1:%d (MASTER_ADDR:MASTER_PORT) within 1 s: rank 0 has not"
                    .formatted(rankOne.masterPort())
                + " started, or a firewall is in between");
  }

  @Test
  void refusesPortsAndHostsThatCannotBe() throws Exception {
    try (ServerSocket other = new ServerSocket(0)) {
      Launch taken = new Launch(0, 2, "localhost", other.getLocalPort());
      assertThatThrownBy(() -> Ranks.join(new Topology(1, 2, 1), taken, Duration.ofSeconds(1)))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(
              "MASTER_PORT %d cannot be served on this host: ".formatted(other.getLocalPort()))
          .hasMessageEndingWith("; choose another port");
    }
    Launch nowhere = new Launch(1, 2, "no-such-host.invalid", 29_500);
    assertThatThrownBy(() -> Ranks.join(new Topology(1, 2, 1), nowhere, Duration.ofSeconds(1)))
        .isInstanceOf(UserException.class)
        .hasMessage("MASTER_ADDR: no host is called 'no-such-host.invalid'");
  }

  @Test
  void refusesAGridThatIsNotTheWorld() {
    Launch eight = new Launch(0, 8, "localhost", 29_500);
    assertThatThrownBy(() -> Ranks.join(new Topology(2, 1, 2), eight, Duration.ofSeconds(1)))
        .isInstanceOf(UserException.class)
        .hasMessage("pipe_parallel_size(2) * model_parallel_size(2) * data(1) != WORLD_SIZE(8)");
  }

  @Test
  void oneRankNeedsNoMeetingPoint() {
    try (Ranks ranks = Ranks.join(Topology.single(), Launch.single(), Duration.ofSeconds(1))) {
      assertThat(ranks.world()).isEqualTo(Communicator.alone());
    }
  }

  @Test
  void ranksOfOneHostMeetOnLoopbackWhateverTheHostIsCalled() {
    assertThat(new MeetingPoint("localhost", 1).localAddress().isLoopbackAddress()).isTrue();
    assertThat(new MeetingPoint("127.0.0.1", 1).localAddress().getHostAddress())
        .isEqualTo("127.0.0.1");
  }
}
