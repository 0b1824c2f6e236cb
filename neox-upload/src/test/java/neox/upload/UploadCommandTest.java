package neox.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import neox.hub.fixture.Repository;
import neox.hub.fixture.Repository.StoredFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadCommandTest {
  @TempDir Path work;

  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> answers = new HashMap<>();
  private HubServer hub;
  private Path model;

  /// What the run under way prints.
  private volatile ByteArrayOutputStream err = new ByteArrayOutputStream();

  /// What a run printed and returned.
  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    environment.put("HOME", work.toString());
    environment.put("HF_ENDPOINT", hub.endpoint());
    environment.put("HF_TOKEN", HubServer.TOKEN);
    model = Files.createDirectory(work.resolve("tiny"));
    Files.writeString(model.resolve("config.json"), "{}");
    Files.write(model.resolve("model.safetensors"), new byte[2_000_000]);
  }

  @AfterEach
  void stop() {
    hub.close();
    assertThat(hub.violations()).isEmpty();
    assertThat(hub.sentTwice()).isZero();
  }

  @Test
  void publishesADirectoryAndPrintsTheCommitsAddress() {
    Run run = run(model, "alice/tiny");

    var head = hub.repository("alice/tiny").head("main");
    assertThat(run)
        .isEqualTo(
            new Run(
                ExitCode.OK,
                hub.endpoint() + "/alice/tiny/commit/" + head.oid() + "\n",
                """
                alice/tiny main: uploaded 2 files, 2.0 MB; 0 left as they are
                next: neox-prepare checkpoint alice/tiny -d COPY
                """));
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
    assertThat(head.summary()).isEqualTo("Upload tiny");
    StoredFile weights = head.file("model.safetensors");
    assertThat(weights.large()).isTrue();
    assertThat(weights.bytes().size()).isEqualTo(2_000_000);
    assertThat(weights.oid()).isEqualTo(weights.bytes().sha256().hex());
    assertThat(head.file("config.json").bytes().utf8()).isEqualTo("{}");
  }

  @Test
  void takesNeoXsThreePositionsAndAMessage() {
    Run run = run(model, "alice/tiny", "step1000", "--message", "After 1000 steps", "-q");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.err()).isEmpty();
    assertThat(hub.repository("alice/tiny").head("step1000").summary())
        .isEqualTo("After 1000 steps");
  }

  @Test
  void namesWhatIsIgnoredAndDoesNotCallItUnmodified() throws IOException {
    Files.writeString(model.resolve(".gitignore"), "config.json\n");
    String warning = "warning: alice/tiny main: 1 ignored by .gitignore: config.json\n";
    assertThat(run(model, "alice/tiny").err())
        .startsWith(warning + "alice/tiny main: uploaded 2 files, 2.0 MB; 0 left as they are\n");
    assertThat(run(model, "alice/tiny").err())
        .isEqualTo(warning + "alice/tiny main: uploaded nothing; 2 left as they are\n");
    assertThat(run(model, "alice/tiny", "-n").err())
        .startsWith(
            warning + "alice/tiny main: would upload 0 files, 0.0 MB; 2 left as they are\n");
    Files.writeString(model.resolve(".gitignore"), "a\nb\nc\nd\n");
    for (String name : List.of("a", "b", "c", "d")) {
      Files.writeString(model.resolve(name), name);
    }
    assertThat(run(model, "alice/tiny", "-q").err())
        .isEqualTo("warning: alice/tiny main: 4 ignored by .gitignore: a, b, c, …\n");
  }

  @Test
  void saysThatNothingChangedAndPrintsTheLastCommit() {
    Run first = run(model, "alice/tiny");
    Run second = run(model, "alice/tiny");
    assertThat(second)
        .isEqualTo(
            new Run(
                ExitCode.OK,
                first.out(),
                "alice/tiny main: no files have been modified since the last commit\n"));
  }

  @Test
  void createsAPrivateRepository() {
    assertThat(run(model, "tiny", "--private").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(hub.repository("alice/tiny").visibility()).isEqualTo("private");
  }

  @Test
  void listsUnderDryRunWhatWouldHappen() throws IOException {
    assertThat(run(model, "alice/tiny", "--dry-run"))
        .isEqualTo(
            new Run(
                ExitCode.OK,
                "new\t2\tconfig.json\nnew\t2000000\tmodel.safetensors\n",
                "alice/tiny main: would create it and upload 2 files, 2.0 MB; 0 left as they"
                    + " are\n"));
    assertThat(hub.hasRepository("alice/tiny")).isFalse();

    run(model, "alice/tiny");
    Files.write(model.resolve("model.safetensors"), new byte[10]);
    assertThat(run(model, "alice/tiny", "--dry-run"))
        .isEqualTo(
            new Run(
                ExitCode.OK,
                "unchanged\t2\tconfig.json\nlarge\t10\tmodel.safetensors\n",
                "alice/tiny main: would upload 1 file, 0.0 MB; 1 left as they are\n"));
  }

  @Test
  void prefersTheNamedTokenFileAndEndpoint() throws IOException {
    Path file = Files.writeString(work.resolve("secret"), HubServer.TOKEN + "\n");
    environment.put("HF_TOKEN", "hf_wrong");
    environment.put("HF_ENDPOINT", "http://127.0.0.1:1");
    Run run = run(model, "tiny", "--token-file", file.toString(), "--endpoint", hub.endpoint());
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void findsTheTokenThatLoggingInLeft() throws IOException {
    environment.remove("HF_TOKEN");
    Path file = work.resolve(".cache/huggingface/token");
    Files.createDirectories(file.getParent());
    Files.writeString(file, HubServer.TOKEN);
    assertThat(run(model, "tiny").exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void saysInOneLineThatTheTokenIsWrong() {
    environment.put("HF_TOKEN", "hf_wrong");
    assertFails(
        ExitCode.USAGE,
        "neox-upload: the token from HF_TOKEN is not valid at "
            + hub.endpoint()
            + ": Invalid credentials in Authorization header (HTTP 401 while creating alice/tiny,"
            + " request id fixture-1); make another one at "
            + hub.endpoint()
            + "/settings/tokens\n",
        run(model, "alice/tiny"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void saysInOneLineThatThereIsNoToken(boolean emptyFile) throws IOException {
    environment.remove("HF_TOKEN");
    if (emptyFile) {
      Files.createDirectories(work.resolve(".cache/huggingface"));
      Files.createFile(work.resolve(".cache/huggingface/token"));
    }
    assertFails(
        ExitCode.USAGE,
        "neox-upload: no token found: set HF_TOKEN, or put it into "
            + work.resolve(".cache/huggingface/token")
            + ", or name a file with --token-file\n",
        run(model, "alice/tiny"));
  }

  @Test
  void saysInOneLineThatARepositoryIsMissingAndMayNotBeCreated() {
    assertFails(
        ExitCode.USAGE,
        "neox-upload: the token from HF_TOKEN does not have the right: You don't have the rights to"
            + " create a model under the namespace \"bob\" (HTTP 403 while creating bob/tiny,"
            + " request id fixture-1); take a token that may write there, see "
            + hub.endpoint()
            + "/settings/tokens, or give --create-pr\n",
        run(model, "bob/tiny"));
  }

  @Test
  void saysInOneLineThatTheConnectionKeepsDropping() {
    assertGivesUp("/repos/create", "creating alice/tiny");
    assertGivesUp("/storage/", "uploading model.safetensors");
    assertGivesUp("/commit/", "committing to alice/tiny");
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(1);
    assertThat(run(model, "alice/tiny").exitCode()).isEqualTo(ExitCode.OK);
  }

  private void assertGivesUp(String route, String action) {
    hub.fail(route, Stream.generate(Fault.Drop::new).limit(6).toArray(Fault[]::new));
    Run run = run(model, "alice/tiny");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    List<String> lines = run.err().lines().toList();
    String what =
        "no answer from "
            + hub.endpoint().substring("http://".length())
            + " while "
            + action
            + ": the connection was dropped";
    if (route.equals("/storage/")) {
      what = what.replaceFirst("from \\S+", "from localhost:\\\\d+");
    }
    assertThat(lines).hasSize(6);
    assertThat(lines.getFirst()).matches("warning: " + what + "; .*");
    assertThat(lines.getLast())
        .matches(
            "neox-upload: "
                + what
                + "( \\(tried 6 times\\))?; run the same command again, what has arrived is not sent"
                + " again");
  }

  @Test
  void saysInOneLineThatNobodyListens() throws IOException {
    String address;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    environment.put("HF_ENDPOINT", "http://" + address);
    assertEnds(
        "neox-upload: no answer from "
            + address
            + " while creating alice/tiny: connection refused by "
            + address
            + " (tried 6 times); check --endpoint, HF_ENDPOINT and the network",
        run(model, "alice/tiny"));
  }

  @Test
  void saysAtOnceThatTheHostIsUnknown() {
    environment.put("HF_ENDPOINT", "https://nosuch.invalid");
    assertFails(
        ExitCode.FAILED,
        "neox-upload: no answer from nosuch.invalid:443 while creating alice/tiny: unknown host"
            + " nosuch.invalid; check --endpoint, HF_ENDPOINT and the network\n",
        run(model, "alice/tiny"));
  }

  @Test
  void refusesABadDirectoryBeforeAnyCall() {
    assertFails(
        ExitCode.USAGE,
        "neox-upload: " + work.resolve("none") + ": no such directory\n",
        run(work.resolve("none"), "alice/tiny"));
    assertThat(hub.calls()).isEmpty();
  }

  @Test
  void refusesABadRepositoryBranchOrMessageBeforeAnyCall() {
    assertThat(run(model, "a/b/c").err()).startsWith("neox-upload: 'a/b/c' is not a repository");
    assertThat(run(model, "a/b", "x..y").err())
        .isEqualTo("neox-upload: 'x..y' cannot name a branch\n");
    assertThat(run(model, "a/b", "step1", "--revision", "step2").err())
        .isEqualTo("neox-upload: two branches given: step1, and --revision step2; leave one out\n");
    assertThat(run(model, "a/b", "--uploads", "0").err())
        .isEqualTo("neox-upload: --uploads: expected a number of at least 1, found 0\n");
    assertThat(run(model, "a/b", "step1", "--create-pr").err())
        .isEqualTo(
            "neox-upload: --create-pr: a pull request goes to main, not to step1; leave the branch"
                + " out\n");
    assertThat(run(model, "a/b", "--private", "--create-pr").err())
        .isEqualTo(
            "neox-upload: --create-pr: a pull request needs a repository that exists; leave"
                + " --private out\n");
    assertThat(run(model).err())
        .isEqualTo("neox-upload: no repository given: neox-upload DIR OWNER/NAME [BRANCH]\n");
    assertThat(run(model, "a/b", "-m", " ").err())
        .isEqualTo("neox-upload: the commit message is empty, see --message\n");
    assertThat(hub.calls()).isEmpty();
  }

  @Test
  void warnsWhenTheTokenWouldTravelUnencrypted() {
    environment.put("HF_HUB_OFFLINE", "1");
    Run run = run(model, "a/b", "--endpoint", "http://hub.example");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err().lines())
        .containsExactly(
            "warning: http://hub.example is not encrypted: others on the network can read the"
                + " token",
            "neox-upload: HF_HUB_OFFLINE is set, which forbids every call to a hub; unset it to"
                + " upload or download");
  }

  @Test
  void hidesATokenThatTheHubEchoes() {
    String echo = "{\"error\":\"unknown: Bearer " + HubServer.TOKEN + "\"}";
    hub.fail("/repos/create", new Fault.Reply(400, Map.of(), echo));
    assertThat(run(model, "alice/tiny").err()).contains("unknown: Bearer ***");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--revision", "--branch", "-r"})
  void createsABranchNamedByAnOption(String option) {
    assertThat(run(model, "alice/tiny", option, "step1000").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(hub.repository("alice/tiny").commits("step1000")).hasSize(2);
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(1);
  }

  @Test
  void opensAPullRequestAndPrintsItsAddress() {
    hub.add("bob/tiny", "main", Map.of());
    Run run =
        run(
            model,
            "bob/tiny",
            "--create-pr",
            "--commit-message",
            "Weights",
            "--commit-description",
            "of a run");
    assertThat(run)
        .isEqualTo(
            new Run(
                ExitCode.OK,
                hub.endpoint() + "/bob/tiny/discussions/1\n",
                "bob/tiny: a pull request (refs/pr/1) has 2 files, 2.0 MB; 0 left as they are\n"));
    assertThat(hub.repository("bob/tiny").pullRequests())
        .containsExactly(new Repository.PullRequest(1, "Weights", "of a run", "refs/pr/1"));
  }

  @Test
  void refusesATokenOnTheCommandLineWithoutShowingIt() {
    String line =
        "neox-upload: --token: everybody on this machine can read a command line; set HF_TOKEN, or"
            + " name a file with --token-file\n";
    assertFails(ExitCode.USAGE, line, run(model, "a/b", "--token", HubServer.TOKEN));
    assertFails(ExitCode.USAGE, line, run(model, "a/b", "--token=" + HubServer.TOKEN));
    assertThat(hub.calls()).isEmpty();
  }

  @Test
  void asksAPersonForWhatIsMissing() {
    environment.remove("HF_TOKEN");
    answers.put("Repository (OWNER/NAME): ", "alice/tiny");
    answers.put("Token (neither shown nor stored): ", HubServer.TOKEN);
    assertThat(run(model).exitCode()).isEqualTo(ExitCode.OK);
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
    assertThat(answers).isEmpty();
    answers.put("Token (neither shown nor stored): ", "hf_wrong");
    assertThat(run(model, "alice/tiny").err())
        .startsWith("neox-upload: the token from the terminal is not valid at ");
  }

  @Test
  void leavesTheTokenInNoFile() throws IOException {
    hub.takeParts(100_000);
    hub.fail("/storage/", new Fault.Pass(), Fault.status(400), Fault.status(400));
    assertThat(run(model, "alice/tiny", "--uploads", "1").exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run(model, "alice/tiny").exitCode()).isEqualTo(ExitCode.OK);
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .doesNotContain(HubServer.TOKEN);
      }
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void goesOnAfterASignal() throws Exception {
    hub.takeParts(100_000);
    hub.fail("/storage/", new Fault.Break(Fault.Moment.BEFORE_EFFECT, this::terminate));
    Run stopped = run(model, "alice/tiny", "--uploads", "1");
    assertThat(stopped.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertThat(stopped.err())
        .endsWith("stopped; the same command goes on, and sends nothing again that has arrived\n");
    assertThat(run(model, "alice/tiny").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(hub.repository("alice/tiny").commits("main")).hasSize(2);
  }

  private void terminate() {
    try {
      String kill = "kill -TERM " + ProcessHandle.current().pid();
      new ProcessBuilder("sh", "-c", kill).start().waitFor();
      while (!err.toString(StandardCharsets.UTF_8).contains("SIGTERM")) {
        Thread.sleep(1); // the JVM hands signals to a thread of its own
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void explainsItself() {
    Run run = runTool("--help");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("neox-upload", "DIR [REPO] [BRANCH]", "--private", "--dry-run", "--token-file");
  }

  /// Fails with this line, after warnings.
  private static void assertEnds(String line, Run run) {
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err().lines().toList().getLast()).isEqualTo(line);
  }

  private static void assertFails(int exitCode, String line, Run run) {
    assertThat(run).isEqualTo(new Run(exitCode, "", line));
  }

  private Run run(Path directory, String... rest) {
    String[] args =
        Stream.concat(Stream.of(directory.toString()), Stream.of(rest)).toArray(String[]::new);
    return runTool(args);
  }

  /// Somebody who gives each answer once.
  private Questions person() {
    return new Questions() {
      @Override
      public Optional<String> ask(String question) {
        return Optional.ofNullable(answers.remove(question));
      }

      @Override
      public Optional<String> askSecret(String question) {
        return ask(question);
      }
    };
  }

  /// Runs the tool in this process; no run may ever print the token.
  private Run runTool(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    UploadCommand command = new UploadCommand(environment, duration -> {}, person());
    int exitCode = Tool.run(command, args, InputStream.nullInputStream(), stream(out), stream(err));
    Run run =
        new Run(
            exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    assertThat(run.out() + run.err()).doesNotContain(HubServer.TOKEN, "hf_wrong");
    return run;
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
