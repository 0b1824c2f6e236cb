package neox.upload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.hub.HubSettings;
import neox.hub.Pause;
import neox.hub.RepoId;
import neox.hub.Token;
import neox.hub.Visibility;
import neox.hub.upload.FolderUpload;
import neox.hub.upload.LocalFolder;
import neox.hub.upload.PlannedFile;
import neox.hub.upload.UploadRequest;
import neox.hub.upload.UploadResult;
import neox.hub.upload.UploadResult.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-upload DIR REPO [BRANCH]`: publishes a directory as one commit on a model hub.
@Command(
    name = "neox-upload",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Publishes a directory on a model hub.",
      "",
      "Creates the repository and the branch when they are missing and puts all files that differ"
          + " into one commit, whose address goes to standard output. Files that only the hub has"
          + " are kept. Run it again to resume a broken-off upload."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-upload hf OWNER/NAME --dry-run",
      "  neox-upload hf OWNER/NAME main --private -m 'The first 1000 steps'",
      "",
      "The token is looked for in --token-file, HF_TOKEN, HUGGING_FACE_HUB_TOKEN, and the file that"
          + " logging in with the hub's own tool writes."
    })
@HelpGroup("Upload")
public final class UploadCommand implements ToolCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The directory to publish.")
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  @Parameters(
      index = "1",
      paramLabel = "REPO",
      description = "OWNER/NAME, or NAME for one of your own.")
  @SuppressWarnings("NullAway.Init")
  private String repo;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "BRANCH",
      description = "The branch (default: ${DEFAULT-VALUE}).")
  private String branch = UploadRequest.MAIN;

  @Option(
      names = "--private",
      description = "If the repository has to be created, let only its owner see it.")
  private boolean isPrivate;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "The commit's summary (default: Upload DIR).")
  private Optional<String> message = Optional.empty();

  @Option(
      names = {"-n", "--dry-run", "--dry_run"},
      description = "Change nothing; list on standard output what would happen to each file.")
  private boolean dryRun;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "The hub (default: HF_ENDPOINT, else https://huggingface.co).")
  private Optional<String> endpoint = Optional.empty();

  @Option(
      names = {"--token-file", "--token_file"},
      paramLabel = "FILE",
      description = "A file that holds the token and nothing else.")
  private Optional<Path> tokenFile = Optional.empty();

  @Mixin StandardOptions standard = new StandardOptions();

  private final Map<String, String> environment;
  private final Pause pause;

  public UploadCommand() {
    this(Environment.all(), Pause.sleeping());
  }

  /// For tests: with their own environment, and without waiting.
  UploadCommand(Map<String, String> environment, Pause pause) {
    this.environment = environment;
    this.pause = pause;
  }

  public static void main(String[] args) {
    System.exit(Tool.run(new UploadCommand(), args));
  }

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    LocalFolder folder = LocalFolder.scan(directory);
    UploadRequest request =
        new UploadRequest(
            RepoId.parse(repo),
            branch,
            message.orElse("Upload " + directory.toAbsolutePath().normalize().getFileName()),
            isPrivate ? Visibility.PRIVATE : Visibility.ACCOUNT_DEFAULT);
    HubSettings settings =
        HubSettings.of("neox-upload", environment, endpoint, Optional.of(token()));
    if (settings.exposesToken()) {
      console.warn(
          "%s is not encrypted: others on the network can read the token", settings.endpoint());
    }
    UploadResult result;
    try (ConsoleObserver observer = new ConsoleObserver(console);
        FolderUpload upload = FolderUpload.open(settings, observer, pause)) {
      result = dryRun ? upload.dryRun(folder, request) : upload.run(folder, request);
    }
    report(result, console);
    return ExitCode.OK;
  }

  private Token token() throws IOException {
    if (tokenFile.isPresent()) {
      return Token.read(tokenFile.get());
    }
    return Token.find(environment)
        .orElseThrow(() ->
            new UserException(
                "no token found: set HF_TOKEN, or put it into "
                    + Token.usualFile(environment)
                    + ", or name a file with --token-file"));
  }

  private void report(UploadResult result, Console console) {
    int unchanged = result.files().size() - result.changed().size();
    String counts =
        String.format(
            Locale.ROOT,
            "%d files, %.1f MB; %d left as they are",
            result.changed().size(),
            result.changedBytes() / 1e6,
            unchanged);
    switch (result.outcome()) {
      case Outcome.Committed committed -> {
        console.info("%s %s: uploaded %s", result.repo(), branch, counts);
        console.out().println(committed.url());
      }
      case Outcome.UpToDate upToDate -> {
        console.info(
            "%s %s: no files have been modified since the last commit", result.repo(), branch);
        console.out().println(upToDate.url());
      }
      case Outcome.Planned planned -> {
        result.files().forEach(file -> console.out().println(line(file)));
        console.info(
            "%s %s: would %supload %s",
            result.repo(), branch, planned.exists() ? "" : "create it and ", counts);
      }
    }
  }

  /// One file of a dry run: what would happen, size, path; separated by tabs.
  private static String line(PlannedFile planned) {
    String verb =
        switch (planned) {
          case PlannedFile.Regular regular -> "regular";
          case PlannedFile.Large large -> "large";
          case PlannedFile.New unasked -> "new";
          case PlannedFile.Unchanged unchanged -> "unchanged";
          case PlannedFile.Ignored ignored -> "ignored";
        };
    return verb + "\t" + planned.file().size() + "\t" + planned.file().path();
  }
}
