package neox.prepare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.text.ShellWord;
import neox.hub.HubCache;
import neox.hub.HubRepository;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.RepoId;
import neox.hub.RepoKind;
import neox.hub.Snapshot;
import neox.hub.download.Downloads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `neox-prepare checkpoint OWNER/NAME`: a model's files from a hub.
@Command(
    name = "checkpoint",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Downloads a model from a hub into a directory that neox-generate, neox-eval and others read.",
      "Takes config.json, the tokenizer's files and the weights (safetensors, else"
          + " pytorch_model.bin), and checks each against the hub's sums. The directory appears when"
          + " it is complete; until then the files lie in DIR.part, from where the same command"
          + " goes on. One run at a time downloads into a directory; a second is refused.",
      "The directory's name goes to standard output."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-prepare checkpoint EleutherAI/pythia-70m",
      "  neox-prepare checkpoint EleutherAI/pythia-70m --revision step1000 --dir early",
      "",
      "Files that the hub's own tools have in their cache (HF_HUB_CACHE, HF_HOME) are taken from"
          + " there. With HF_HUB_OFFLINE=1 nothing else is.",
      "",
      "A private or gated repository needs a token in HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or the file"
          + " that logging in with the hub's own tool writes."
    })
@HelpGroup("Download")
final class CheckpointCommand implements ToolCommand {
  @ParentCommand
  @SuppressWarnings("NullAway.Init")
  private PrepareCommand parent;

  @Parameters(paramLabel = "OWNER/NAME", description = "The repository.")
  @SuppressWarnings("NullAway.Init")
  private String repo;

  @Option(
      names = {"-r", "--revision"},
      paramLabel = "REVISION",
      description = "A branch, a tag or a commit (default: ${DEFAULT-VALUE}).")
  private String revision = "main";

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where to put the files (default: NAME, or NAME-REVISION).")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Take these files instead, such as '*.json'; may be given again.")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "Leave these files out; may be given again.")
  private List<String> exclude = List.of();

  @Option(
      names = {"-f", "--force"},
      description = "Replace a directory that holds another download.")
  private boolean force;

  @Mixin HubOptions hub = new HubOptions();

  @Mixin StandardOptions standard = new StandardOptions();

  @Override
  public int call(Console console) throws Exception {
    RepoId id = RepoId.parse(repo);
    HubSettings settings = hub.settings(parent.environment(), console);
    Path target = directory.orElseGet(() -> Path.of(defaultName(id)));
    HubCache cache = HubCache.of(parent.environment());
    return Stoppable.run(
        console,
        (observer, stop) -> {
          Downloads downloads = hub.downloads(settings, parent.patience(), observer);
          CheckpointDownload work =
              new CheckpointDownload(target, revision, cache, downloads, console);
          work.requireOwn();
          if (settings.offlineVariable().isPresent()) {
            offline(id, settings, cache, work, console);
          } else {
            try (HubRepository repository =
                HubRepository.open(settings, parent.patience().pause(), observer::warn)) {
              download(id, repository.snapshot(RepoKind.MODEL, id, revision, ""), work, console);
            }
          }
          console.out().println(target);
          return ExitCode.OK;
        });
  }

  /// Without a call: what has been downloaded before, by us or by the hub's own tools.
  private void offline(
      RepoId id, HubSettings settings, HubCache cache, CheckpointDownload work, Console console)
      throws IOException, InterruptedException {
    boolean usual = !force && include.isEmpty() && exclude.isEmpty();
    Optional<String> held = usual ? work.held(id) : Optional.empty();
    if (held.isPresent()) {
      console.info("%s: %s at %s is there already", work.target(), id, held.get());
      return;
    }
    Snapshot snapshot =
        cache
            .snapshot(settings, RepoKind.MODEL, id, revision)
            .orElseThrow(() ->
                UserException.of(
                    "%s is set, and neither %s nor %s has %s at %s; unset it to download",
                    settings.offlineVariable().orElseThrow(),
                    work.target(),
                    cache.directory(),
                    id,
                    revision));
    if (include.isEmpty() && exclude.isEmpty()) {
      CheckpointFiles.requireAllParts(snapshot);
    }
    download(id, snapshot, work, console);
  }

  private void download(RepoId id, Snapshot snapshot, CheckpointDownload work, Console console)
      throws IOException, InterruptedException {
    List<RemoteFile> files = new CheckpointFiles(include, exclude).choose(snapshot);
    if (isThere(id, snapshot, files, work, console)) {
      return;
    }
    try (DownloadLock _ = work.lock()) {
      work.requireOwn();
      if (!isThere(id, snapshot, files, work, console)) { // by another run meanwhile
        work.run(snapshot, files);
        Path target = work.target();
        console.made(
            target.toString(), id + " at " + snapshot.commit() + ", " + files.size() + " files");
        console.next(
            "neox-generate --model " + ShellWord.quoted(target) + " --prompt 'Once upon a time'");
      }
    }
  }

  private boolean isThere(
      RepoId id,
      Snapshot snapshot,
      List<RemoteFile> files,
      CheckpointDownload work,
      Console console)
      throws IOException {
    boolean there = !force && work.isDone(snapshot, files);
    if (there) {
      console.info("%s: %s at %s is there already", work.target(), id, snapshot.commit());
    }
    return there;
  }

  private String defaultName(RepoId id) {
    return revision.equals("main")
        ? id.name()
        : id.name() + "-" + revision.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
