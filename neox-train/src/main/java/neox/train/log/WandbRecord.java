package neox.train.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import neox.base.Console;
import neox.base.Environment;
import neox.base.PrintedLines;
import neox.config.LoadedConfig;
import neox.config.WandbConfig;
import neox.parallel.Ranks;
import neox.wandb.Asked;
import neox.wandb.Login;
import neox.wandb.Pace;
import neox.wandb.WandbRun;

/// What a run sends to W&B, where that is asked for: of its first rank, or of each.
///
/// @param loaded the configuration, all of which W&B shows
/// @param environment with W&B's variables, and those of proxies
/// @param ranks of the run, this one among them
/// @param printed what this rank prints
public record WandbRecord(
    LoadedConfig loaded, Map<String, String> environment, Ranks ranks, PrintedLines printed) {
  private static final String TOOL = "neox-train";
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ID_LENGTH = 8;

  public static WandbRecord of(LoadedConfig loaded, Ranks ranks) {
    return new WandbRecord(loaded, Environment.all(), ranks, new PrintedLines());
  }

  private WandbConfig config() {
    return loaded.config().wandb();
  }

  private boolean isWanted() {
    return config().use().orElse(true);
  }

  private boolean isOfAllRanks() {
    return config().allRanks() && !ranks.world().isAlone();
  }

  private boolean isOfThisRank() {
    return ranks.isFirstOfAll() || config().allRanks();
  }

  /// A console of whose lines the record gets a copy.
  public Console copied(Console console) {
    return isWanted() && isOfThisRank() ? console.copiedTo(printed) : console;
  }

  /// Begins, or goes on with, the run of this rank. All ranks call it together.
  ///
  /// @param places of this rank
  /// @param stop asks the run to stop
  public Optional<WandbRun> open(RunPlaces places, Console console, Runnable stop)
      throws IOException {
    if (!isWanted()) {
      return Optional.empty();
    }
    String identity = identity(places);
    Optional<Login> login =
        isOfThisRank()
            ? Login.of(asked(identity), id(identity + "/" + rank()), environmentOfRank())
            : Optional.empty();
    if (login.isEmpty()) {
      printed.end();
      return Optional.empty();
    }
    Path directory = places.records().orElseGet(() -> RunPlaces.root(loaded.config()));
    WandbRun run =
        WandbRun.open(
            login.get(),
            new WandbRun.About(directory, TOOL, loaded.nested()),
            new WandbRun.Around(console, environment, Pace.USUAL, stop));
    printed.to(run::printed);
    return Optional.of(run);
  }

  /// The first rank knows which run it is.
  private String identity(RunPlaces places) {
    String own =
        Login.beginsAnew(environment) ? UUID.randomUUID().toString() : places.identity().orElse("");
    if (!isOfAllRanks()) {
      return own;
    }
    byte[] utf8 = own.getBytes(StandardCharsets.UTF_8);
    return new String(ranks.world().broadcast(utf8, 0), StandardCharsets.UTF_8);
  }

  private int rank() {
    return ranks.rank();
  }

  private Asked asked(String identity) {
    WandbConfig config = config();
    Optional<String> ownGroup = isOfAllRanks() ? Optional.of(id(identity)) : Optional.empty();
    return new Asked(
        config.use(),
        config.host(),
        config.team(),
        config.project(),
        config.runName().map(name -> isOfAllRanks() ? name + "-rank" + rank() : name),
        config.group().or(() -> ownGroup),
        Optional.empty());
  }

  /// One `WANDB_RUN_ID` or `WANDB_NAME` cannot name the runs of several ranks.
  private Map<String, String> environmentOfRank() {
    Map<String, String> own = new HashMap<>(environment);
    for (String name : new String[] {"WANDB_RUN_ID", "WANDB_NAME"}) {
      own.computeIfPresent(name, (_, value) -> value.isBlank() ? value : value + "-rank" + rank());
    }
    return isOfAllRanks() ? own : environment;
  }

  /// Eight letters and digits, as W&B's own ids are.
  static String id(String identity) {
    byte[] digest;
    try {
      digest =
          MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(LETTERS.charAt(Byte.toUnsignedInt(digest[i]) % LETTERS.length()));
    }
    return id.toString();
  }
}
