package neox.train.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.base.UserException;

/// The ranks of all hosts, as the first agent sees them: the agents of the others have come to it.
final class AllCrews implements Crew {
  private static final Duration JOIN = Duration.ofMinutes(10);
  private static final int PERIOD_MILLIS = 200;
  private static final long INTRODUCTION_MILLIS = 5000;

  private final Crew own;
  private final List<RemoteCrew> others = new ArrayList<>();

  private AllCrews(Crew own) {
    this.own = own;
  }

  /// Waits until the agents of all ranks are there.
  ///
  /// @param own the crew of this host, closed with this
  static AllCrews meet(AgentPlan plan, Crew own, StopRequest stop)
      throws IOException, InterruptedException {
    AllCrews all = new AllCrews(own);
    try (ServerSocket door = door(plan.ranks())) {
      int missing = plan.ranks().worldSize() - plan.ranks().here();
      long endMillis = System.currentTimeMillis() + JOIN.toMillis();
      while (missing > 0) {
        if (stop.requested()) {
          throw new StoppedException();
        }
        if (System.currentTimeMillis() > endMillis) {
          throw UserException.of(
              "%d of %d ranks have not come to %s:%d within %d minutes: the agents of their hosts"
                  + " were not started, or a firewall is in between",
              missing,
              plan.ranks().worldSize(),
              plan.ranks().masterAddress(),
              plan.ranks().masterPort(),
              JOIN.toMinutes());
        }
        missing -= all.admit(door, plan);
      }
      all.others.sort(Comparator.comparingInt(crew -> crew.hello().first()));
      return all;
    } catch (IOException | RuntimeException | InterruptedException e) {
      all.close();
      throw e;
    }
  }

  private static ServerSocket door(HostRanks ranks) throws IOException {
    ServerSocket door = new ServerSocket();
    try {
      door.setReuseAddress(true);
      door.bind(new InetSocketAddress(ranks.masterPort()));
      door.setSoTimeout(PERIOD_MILLIS);
      return door;
    } catch (IOException e) {
      door.close();
      throw new UserException(
          "master_port %d cannot be served on this host: %s; choose another port"
              .formatted(ranks.masterPort(), e.getMessage()),
          e);
    }
  }

  /// How many ranks have come.
  private int admit(ServerSocket door, AgentPlan plan) throws IOException, InterruptedException {
    Link link;
    try {
      link = new Link(door.accept());
    } catch (SocketTimeoutException e) {
      return 0;
    }
    Optional<Message> first = link.next(INTRODUCTION_MILLIS);
    if (first.isPresent() && first.get() instanceof Message.Hello hello) {
      if (hello.worldSize() != plan.ranks().worldSize()) {
        link.close();
        throw UserException.of(
            "%s was started for %d ranks, this host for %d: start all with the same hosts",
            hello.host(), hello.worldSize(), plan.ranks().worldSize());
      }
      others.add(new RemoteCrew(link, hello, plan.limits().silence()));
      return hello.here();
    }
    link.close(); // somebody who looks whether the port is open
    return 0;
  }

  @Override
  public void begin(Attempt.Start start) throws IOException {
    own.begin(start);
    others.forEach(crew -> crew.begin(start));
  }

  @Override
  public List<RankView> views() {
    List<RankView> all = new ArrayList<>(own.views());
    others.forEach(crew -> all.addAll(crew.views()));
    return all;
  }

  @Override
  public void stop() throws IOException {
    own.stop();
    others.forEach(RemoteCrew::stop);
  }

  @Override
  public void end() throws IOException {
    own.end();
    others.forEach(RemoteCrew::end);
  }

  @Override
  public void leave(int code) {
    others.forEach(crew -> crew.leave(code));
  }

  @Override
  public void close() throws IOException {
    try {
      own.close();
    } finally {
      for (RemoteCrew crew : others) {
        crew.close();
      }
    }
  }
}
