package neox.prepare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
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
          + " goes on.",
      "The directory's name goes to standard output."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-prepare checkpoint EleutherAI/pythia-70m",
      "  neox-prepare checkpoint EleutherAI/pythia-70m --revision step1000 --dir early",
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
    return Stoppable.run(
        console,
        (observer, stop) -> {
          try (HubRepository repository =
              HubRepository.open(settings, parent.patience().pause(), observer::warn)) {
            download(
                id,
                repository.snapshot(RepoKind.MODEL, id, revision, ""),
                hub.downloads(settings, parent.patience(), observer),
                console);
          }
          return ExitCode.OK;
        });
  }

  private void download(RepoId id, Snapshot snapshot, Downloads downloads, Console console)
      throws IOException, InterruptedException {
    List<RemoteFile> files = new CheckpointFiles(include, exclude).choose(snapshot);
    Path target = directory.orElseGet(() -> Path.of(defaultName(id)));
    CheckpointDownload work = new CheckpointDownload(target, downloads, console);
    work.requireOwn();
    if (!force && work.isDone(snapshot, files)) {
      console.info("%s: %s at %s is there already", target, id, snapshot.commit());
    } else {
      work.run(snapshot, files);
      console.info("%s: %s at %s, %d files", target, id, snapshot.commit(), files.size());
    }
    console.out().println(target);
  }

  private String defaultName(RepoId id) {
    return revision.equals("main")
        ? id.name()
        : id.name() + "-" + revision.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
