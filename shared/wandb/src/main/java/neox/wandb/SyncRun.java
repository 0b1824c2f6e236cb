package neox.wandb;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.hub.Pause;

/// Sends what a journal still holds, of a run that is over or that could not reach the server.
public final class SyncRun {
  /// Failed calls in a row after which somebody who waits is told.
  private static final int MOST_FAILURES = 5;

  private final Console console;
  private final Map<String, String> environment;
  private final Pace pace;
  private final Pause pause;

  /// @param environment with the key, and those of proxies
  public SyncRun(Console console, Map<String, String> environment) {
    this(console, environment, Pace.USUAL, Pause.sleeping());
  }

  SyncRun(Console console, Map<String, String> environment, Pace pace, Pause pause) {
    this.console = console;
    this.environment = environment;
    this.pace = pace;
    this.pause = pause;
  }

  /// What came of it.
  ///
  /// @param page address of the run
  /// @param history rows that the server has, as all that follows
  /// @param unreadable lines of the journal that are damaged, or longer than W&B takes
  /// @param going whether the run still goes on
  public record Report(
      String page, long history, long events, long output, int unreadable, boolean going) {}

  /// Sends all that is there.
  ///
  /// @param directory of one run, as [RunPaths#below] finds it
  /// @throws UserException when there is no key, another process sends the run, or the server does
  ///   not take it
  /// @throws IOException when the server does not answer
  public Report send(Path directory) throws IOException, InterruptedException {
    URI server = server(directory);
    ApiKey key =
        ApiKey.find(server, environment)
            .orElseThrow(() ->
                UserException.of(
                    "%s: neither WANDB_API_KEY nor netrc has a key for %s", directory, server));
    boolean going = Journal.isWritten(directory.resolve(Journal.FILE));
    try (WandbHttp http = new WandbHttp(server, key, environment, WandbHttp.Patience.USUAL);
        Delivery delivery = Delivery.open(directory, new Server(http))) {
      send(delivery, going, http);
      Sent sent = delivery.sent();
      String page =
          sent.place()
              .map(place -> RunTerms.page(server, place.entity(), place.project(), place.run()))
              .orElse(server.toString());
      return new Report(
          page,
          sent.next().history(),
          sent.next().events(),
          sent.next().output(),
          delivery.lost(),
          going);
    } catch (Refused e) {
      throw UserException.of("%s: %s", directory, Objects.toString(e.getMessage()));
    }
  }

  private void send(Delivery delivery, boolean going, WandbHttp http)
      throws IOException, InterruptedException {
    for (int failures = 0; ; ) {
      Optional<Duration> wait;
      try {
        if (delivery.step(!going, SILENT) != Delivery.Outcome.SENT) {
          return;
        }
        failures = 0;
        wait = http.quota();
      } catch (Unanswered e) {
        failures++;
        String what = Objects.toString(e.getMessage());
        if (failures == MOST_FAILURES) {
          throw new IOException(what + "; nothing is lost: run the same command again later", e);
        }
        Duration longer = e.asked().orElse(pace.after(failures));
        console.info("%s; trying again in %d s", what, Math.max(1, longer.toSeconds()));
        wait = Optional.of(longer);
      }
      if (wait.isPresent()) {
        pause.sleep(wait.get());
      }
    }
  }

  private static final Delivery.Listener SILENT =
      new Delivery.Listener() {
        @Override
        public void meets(Sent.Place place) {}

        @Override
        public void replaces(Batch.Replaced rows) {}
      };

  /// Where the run was to go, unless `WANDB_BASE_URL` says otherwise.
  private URI server(Path directory) throws IOException {
    String other = environment.getOrDefault("WANDB_BASE_URL", "").strip();
    if (!other.isEmpty()) {
      return Login.server(Optional.of(other));
    }
    try (JournalReader reader = JournalReader.open(directory.resolve(Journal.FILE), 0)) {
      for (var read = reader.peek(); read.isPresent(); read = reader.peek()) {
        reader.pass();
        if (read.get().entry() instanceof Entry.Start start) {
          return Login.server(Optional.of(start.run().path("server").asText()));
        }
      }
    }
    throw UserException.of(
        "%s: the journal does not say which run it is of; it may be damaged", directory);
  }
}
