package neox.upload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.hub.Destination;
import neox.hub.HubSettings;
import neox.hub.Pause;
import neox.hub.RepoId;
import neox.hub.Token;
import neox.hub.Visibility;
import neox.hub.upload.CommitText;
import neox.hub.upload.FolderUpload;
import neox.hub.upload.LocalFolder;
import neox.hub.upload.Sending;
import neox.hub.upload.UploadRequest;
import neox.hub.upload.UploadResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-upload DIR REPO [BRANCH]`: publishes a directory on a model hub.
@Command(
    name = "neox-upload",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Publishes a directory on a model hub.",
      "",
      "Creates the repository and the branch when they are missing and puts all files that differ"
          + " into one commit (several only where there are thousands of files), whose address goes"
          + " to standard output. Files that only the hub has are kept. Run it again to resume a"
          + " broken-off upload: what has arrived is not sent again."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-upload hf OWNER/NAME --dry-run",
      "  neox-upload hf OWNER/NAME --private -m 'The first 1000 steps'",
      "  neox-upload hf OWNER/NAME --revision step1000",
      "  neox-upload hf OWNER/NAME --create-pr",
      "",
      "The token is looked for in --token-file, HF_TOKEN, HUGGING_FACE_HUB_TOKEN, and the file that"
          + " logging in with the hub's own tool writes (HF_TOKEN_PATH, else token in HF_HOME). At a"
          + " terminal, what is missing is asked for."
    })
@HelpGroup("Upload")
public final class UploadCommand implements ToolCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The directory to publish.")
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REPO",
      description = "OWNER/NAME, or NAME for one of your own.")
  private Optional<String> repo = Optional.empty();

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "BRANCH",
      description = "The branch, such as step1000 (default: main).")
  private Optional<String> branch = Optional.empty();

  @Option(
      names = {"-r", "--revision", "--branch"},
      paramLabel = "BRANCH",
      description = "The branch, in another place.")
  private Optional<String> revision = Optional.empty();

  @Option(
      names = {"--create-pr", "--create_pr"},
      description = "Open a pull request, which needs no right to write.")
  private boolean createPr;

  @Option(
      names = "--private",
      description = "If the repository has to be created, let only its owner see it.")
  private boolean isPrivate;

  @Option(
      names = {"-m", "--message", "--commit-message", "--commit_message"},
      paramLabel = "TEXT",
      description = "The commit's summary, or the pull request's title (default: Upload DIR).")
  private Optional<String> message = Optional.empty();

  @Option(
      names = {"--commit-description", "--commit_description"},
      paramLabel = "TEXT",
      description = "What else is to be said about it.")
  private String description = "";

  @Option(
      names = {"-n", "--dry-run", "--dry_run"},
      description = "Change nothing; list on standard output what would happen to each file.")
  private boolean dryRun;

  @Option(
      names = "--uploads",
      paramLabel = "N",
      description = "How many files, or parts of files, to send at a time (default: 5).")
  private int uploads = Sending.USUAL_AT_ONCE;

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

  @Option(names = "--token", hidden = true)
  private Optional<String> token = Optional.empty();

  @Mixin StandardOptions standard = new StandardOptions();

  private final Map<String, String> environment;
  private final Pause pause;
  private final Questions questions;

  public UploadCommand() {
    this(Environment.all(), Pause.sleeping(), Questions.ofProcess());
  }

  /// For tests: with their own environment and answers, and without waiting.
  UploadCommand(Map<String, String> environment, Pause pause, Questions questions) {
    this.environment = environment;
    this.pause = pause;
    this.questions = questions;
  }

  public static void main(String[] args) {
    System.exit(Tool.run(new UploadCommand(), args));
  }

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    if (token.isPresent()) {
      throw new UserException(
          "--token: everybody on this machine can read a command line; set HF_TOKEN, or name a file"
              + " with --token-file");
    }
    if (uploads < 1) {
      throw UserException.of("--uploads: expected a number of at least 1, found %d", uploads);
    }
    LocalFolder folder = LocalFolder.scan(directory);
    UploadRequest request = request();
    HubSettings settings =
        HubSettings.of("neox-upload", environment, endpoint, Optional.of(findToken()));
    if (settings.exposesToken()) {
      console.warn(
          "%s is not encrypted: others on the network can read the token", settings.endpoint());
    }
    return upload(folder, request, settings, console);
  }

  private UploadRequest request() {
    String name =
        repo.or(() -> questions.ask("Repository (OWNER/NAME): "))
            .orElseThrow(() ->
                new UserException("no repository given: neox-upload DIR OWNER/NAME [BRANCH]"));
    String summary =
        message.orElse("Upload " + directory.toAbsolutePath().normalize().getFileName());
    return new UploadRequest(
        RepoId.parse(name),
        destination(),
        new CommitText(summary, description),
        isPrivate ? Visibility.PRIVATE : Visibility.ACCOUNT_DEFAULT);
  }

  private Destination destination() {
    if (branch.isPresent() && revision.isPresent() && !branch.equals(revision)) {
      throw UserException.of(
          "two branches given: %s, and --revision %s; leave one out", branch.get(), revision.get());
    }
    String name = branch.or(() -> revision).orElse(Destination.MAIN);
    if (!createPr) {
      return new Destination.Branch(name);
    }
    if (!name.equals(Destination.MAIN)) {
      throw UserException.of(
          "--create-pr: a pull request goes to main, not to %s; leave the branch out", name);
    }
    if (isPrivate) {
      throw new UserException(
          "--create-pr: a pull request needs a repository that exists; leave --private out");
    }
    return new Destination.NewPullRequest();
  }

  private Token findToken() throws IOException {
    if (tokenFile.isPresent()) {
      return Token.read(tokenFile.get());
    }
    return Token.find(environment)
        .or(() ->
            questions
                .askSecret("Token (neither shown nor stored): ")
                .map(secret -> Token.of(secret, "the terminal")))
        .orElseThrow(() ->
            new UserException(
                "no token found: set HF_TOKEN, or put it into "
                    + Token.usualFile(environment)
                    + ", or name a file with --token-file"));
  }

  private int upload(
      LocalFolder folder, UploadRequest request, HubSettings settings, Console console)
      throws IOException, InterruptedException {
    Sending sending = Sending.usual(environment).withAtOnce(uploads);
    UploadResult result;
    try (StopRequest stop = StopRequest.listen(console);
        ConsoleObserver observer = new ConsoleObserver(console, stop::requested);
        FolderUpload upload = FolderUpload.open(settings, observer, pause, sending)) {
      result = dryRun ? upload.dryRun(folder, request) : upload.run(folder, request);
    } catch (StoppedException e) {
      console.info("stopped; the same command goes on, and sends nothing again that has arrived");
      return ExitCode.STOPPED;
    }
    new Report(result, request.destination().revision(), console).print();
    return ExitCode.OK;
  }
}
