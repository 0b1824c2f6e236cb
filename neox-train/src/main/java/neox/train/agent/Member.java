package neox.train.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.base.UserException;

/// The agent of a host that is not the first: it starts, stops and kills its ranks as the first
/// agent says, tells it how they are, and takes them down when it is gone.
final class Member {
  private static final Duration JOIN = Duration.ofMinutes(10);
  private static final int CONNECT_MILLIS = 1000;
  private static final long PERIOD_MILLIS = 100;

  private final AgentPlan plan;
  private final StopRequest stop;
  private final Console console;
  private boolean stopping;

  Member(AgentPlan plan, Console console, StopRequest stop) {
    this.plan = plan;
    this.console = console;
    this.stop = stop;
  }

  /// Serves until it is told to leave; returns the exit code of the job.
  int run(Crew crew) throws IOException, InterruptedException {
    HostRanks ranks = plan.ranks();
    try (Link link = new Link(connect(ranks))) {
      link.say(new Message.Hello(ranks.host(), ranks.first(), ranks.here(), ranks.worldSize()));
      while (true) {
        Optional<Message> message = link.next(PERIOD_MILLIS);
        if (message.isPresent() && message.get() instanceof Message.Leave(int code)) {
          return code;
        }
        if (message.isPresent()) {
          obey(message.get(), crew, link);
        }
        if (link.isOver() || link.silentMillis() > plan.limits().silence().toMillis()) {
          console.fail(
              Agent.TOOL,
              "%s: the agent of the first host (%s) is gone; its ranks are taken down here, too"
                  .formatted(ranks.host(), link.peer()));
          return ExitCode.FAILED;
        }
        handOn(crew);
        link.say(new Message.Views(System.currentTimeMillis(), crew.views()));
      }
    }
  }

  /// It is enough that the ranks here hear a signal: all agree on a step.
  private void handOn(Crew crew) throws IOException {
    if (stop.requested() && !stopping) {
      stopping = true;
      crew.stop();
    }
  }

  private void obey(Message message, Crew crew, Link link) throws IOException {
    switch (message) {
      case Message.Begin(Attempt.Start start) -> {
        crew.begin(start);
        stopping = false;
      }
      case Message.Stop() -> crew.stop();
      case Message.End() -> {
        crew.end();
        link.say(new Message.AtRest());
      }
      case Message.Still _, Message.Leave _, Message.Hello _, Message.AtRest _, Message.Views _ -> {
        // Nothing to do.
      }
    }
  }

  private Socket connect(HostRanks ranks) throws IOException, InterruptedException {
    long endMillis = System.currentTimeMillis() + JOIN.toMillis();
    while (!stop.requested()) {
      Socket socket = new Socket();
      try {
        socket.connect(
            new InetSocketAddress(ranks.masterAddress(), ranks.masterPort()), CONNECT_MILLIS);
        return socket;
      } catch (IOException e) {
        socket.close();
        if (System.currentTimeMillis() > endMillis) {
          throw new UserException(
              "%s: no agent answers at %s:%d (master_addr:master_port) within %d minutes: %s"
                  .formatted(
                      ranks.host(),
                      ranks.masterAddress(),
                      ranks.masterPort(),
                      JOIN.toMinutes(),
                      e.getMessage()),
              e);
        }
        Thread.sleep(PERIOD_MILLIS);
      }
    }
    throw new StoppedException();
  }
}
