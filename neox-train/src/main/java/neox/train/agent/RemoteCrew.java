package neox.train.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.train.agent.RankView.Life;
import neox.train.agent.RankView.Lost;
import neox.train.agent.RankView.Running;

/// The ranks of another host, by way of its agent.
final class RemoteCrew implements Crew {
  private static final Duration STILL = Duration.ofSeconds(1);

  private final Link link;
  private final Message.Hello hello;
  private final Duration silence;
  private List<RankView> latest = List.of();
  private long saidAtMillis;
  private boolean atRest = true;

  /// @param silence how long its agent may say nothing
  RemoteCrew(Link link, Message.Hello hello, Duration silence) {
    this.link = link;
    this.hello = hello;
    this.silence = silence;
  }

  Message.Hello hello() {
    return hello;
  }

  @Override
  public void begin(Attempt.Start start) {
    long now = System.currentTimeMillis();
    latest = all(new Running(now, false));
    atRest = false;
    say(new Message.Begin(start));
  }

  private List<RankView> all(Life life) {
    return IntStream.range(hello.first(), hello.first() + hello.here())
        .mapToObj(rank -> new RankView(rank, hello.host(), life, Optional.empty()))
        .toList();
  }

  @Override
  public List<RankView> views() {
    if (System.currentTimeMillis() - saidAtMillis > STILL.toMillis()) {
      say(new Message.Still());
    }
    listen(0);
    return why()
        .map(reason ->
            latest.stream()
                .map(view -> new RankView(view.rank(), view.host(), new Lost(reason), view.beat()))
                .toList())
        .orElse(latest);
  }

  private Optional<String> why() {
    if (link.isOver()) {
      return Optional.of("the connection to its agent is closed");
    }
    return link.silentMillis() > silence.toMillis()
        ? Optional.of("its agent says nothing for %d s".formatted(link.silentMillis() / 1000))
        : Optional.empty();
  }

  /// Takes what has come; waits for something if there is nothing.
  private void listen(long millis) {
    try {
      Optional<Message> message = link.next(millis);
      while (message.isPresent()) {
        take(message.get());
        message = link.next(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Message message) {
    switch (message) {
      case Message.Views(long now, List<RankView> ranks) -> {
        long ahead = System.currentTimeMillis() - now;
        if (!atRest && !ranks.isEmpty()) { // it has not begun before
          latest = ranks.stream().map(rank -> rank.shifted(ahead)).toList();
        }
      }
      case Message.AtRest() -> atRest = true;
      case Message.Hello _,
          Message.Begin _,
          Message.Stop _,
          Message.End _,
          Message.Leave _,
          Message.Still _ -> {
        // Not for us.
      }
    }
  }

  private void say(Message message) {
    saidAtMillis = System.currentTimeMillis();
    link.say(message);
  }

  @Override
  public void stop() {
    say(new Message.Stop());
  }

  @Override
  public void end() {
    if (!atRest) {
      say(new Message.End());
    }
    while (!atRest && why().isEmpty() && !Thread.currentThread().isInterrupted()) {
      listen(50);
    }
  }

  /// Lets its agent go.
  @Override
  public void leave(int code) {
    say(new Message.Leave(code));
  }

  @Override
  public void close() throws IOException {
    link.close();
  }
}
