package neox.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import neox.base.json.Json;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import neox.hub.fixture.Repository;
import neox.hub.fixture.Repository.Commit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointCommandTest {
  @TempDir Path directory;
  private final byte[] weights = new byte[200_000];
  private final Map<String, String> environment = new HashMap<>();
  private HubServer hub;
  private Path target;
  private Commit step1000;

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    new Random(1).nextBytes(weights);
    target = directory.resolve("model");
    environment.put("HF_ENDPOINT", hub.endpoint());
    environment.put("HOME", directory.toString());
    step1000 = hub.add("alice/tiny", "step1000", model("safetensors"));
    hub.add("alice/tiny", "main", model("safetensors"));
  }

  private Map<String, byte[]> model(String kind) {
    Map<String, byte[]> files = new HashMap<>();
    files.put("config.json", "{}".getBytes(UTF_8));
    files.put("tokenizer.json", "{\"model\": {}}".getBytes(UTF_8));
    files.put("README.md", "# tiny".getBytes(UTF_8));
    files.put("pytorch_model.bin", weights);
    if (kind.equals("safetensors")) {
      files.put("model.safetensors", weights);
    }
    return files;
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void downloadsWhatAModelNeedsOfARevision() throws Exception {
    Run run = checkpoint("alice/tiny", "--revision", "step1000");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(target + "\n");
    assertThat(run.err())
        .endsWith(
            "alice/tiny at %s, 3 files\nnext: neox-generate --model %s --prompt 'Once upon a time'\n"
                .formatted(step1000.oid(), target));
    assertThat(Run.files(target))
        .containsExactly(
            "config.json", "model.safetensors", "neox-download.json", "tokenizer.json");
    assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(Json.read(target.resolve("neox-download.json")).path("commit").asText())
        .isEqualTo(step1000.oid());
    assertThat(directory.resolve("model.part")).doesNotExist();
  }

  @Test
  void takesTheOlderWeightsWhereThereAreNoOthers() throws Exception {
    hub.add("alice/old", "main", model("torch"));
    checkpoint("alice/old");
    assertThat(Run.files(target))
        .containsExactly(
            "config.json", "neox-download.json", "pytorch_model.bin", "tokenizer.json");
  }

  @Test
  void takesAllThatSaysHowAModelIsTalkedTo() throws Exception {
    List<String> beside =
        List.of(
            "added_tokens.json",
            "chat_template.jinja",
            "generation_config.json",
            "special_tokens_map.json",
            "tokenizer_config.json");
    Map<String, byte[]> files = model("safetensors");
    beside.forEach(name -> files.put(name, "{}".getBytes(UTF_8)));
    hub.add("alice/chat", "main", files);
    checkpoint("alice/chat");
    assertThat(Run.files(target)).containsAll(beside).doesNotContain("README.md");
  }

  @Test
  void goesOnWithWhatAnEarlierRunFinished() throws Exception {
    hub.fail("/cdn/", Fault.status(404));
    Run run = checkpoint("alice/tiny", "--downloads", "1");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("model.safetensors: it is not there (HTTP 404 from localhost)");
    assertThat(target).doesNotExist();
    assertThat(Run.files(directory)).containsExactly("model.part/config.json");

    int calls = hub.calls().size();
    Run second = checkpoint("alice/tiny");
    assertThat(second.err()).contains("config.json is there already");
    assertThat(hub.calls().subList(calls, hub.calls().size()))
        .noneMatch(call -> call.endsWith("/config.json"));
    assertThat(Run.files(target)).hasSize(4);
  }

  @Test
  void saysWhatIsWrongWithTheNumberOfDownloads() throws Exception {
    Run run = checkpoint("alice/tiny", "--downloads", "0");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("neox-prepare: --downloads: expected a number of at least 1, found 0\n");
  }

  @Test
  void doesNothingWhenEverythingIsThere() throws Exception {
    checkpoint("alice/tiny");
    int calls = hub.calls().size();
    Run run = checkpoint("alice/tiny");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).endsWith(" is there already\n");
    assertThat(run.out()).isEqualTo(target + "\n");
    assertThat(hub.calls().subList(calls, hub.calls().size())).noneMatch(c -> c.contains("cdn"));

    Files.writeString(target.resolve("config.json"), "[]");
    assertThat(checkpoint("alice/tiny").err())
        .isEqualTo(
            "neox-prepare: "
                + target.resolve("config.json")
                + ": has been changed since it was downloaded; give -f to replace it\n");
  }

  @Test
  void replacesOnlyWhatItMadeItselfAndOnlyOnRequest() throws Exception {
    checkpoint("alice/tiny", "--revision", "step1000");
    Run other = checkpoint("alice/tiny");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains(": holds alice/tiny at " + step1000.oid());
    assertThat(checkpoint("alice/tiny", "-f").exitCode()).isZero();

    Path mine = Files.createDirectory(directory.resolve("mine"));
    Files.writeString(mine.resolve("notes.txt"), "keep me");
    Run refused =
        Run.of(environment, "{}", "checkpoint", "alice/tiny", "-f", "-d", mine.toString());
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("is not empty, and neox-prepare did not make it");
    assertThat(mine.resolve("notes.txt")).hasContent("keep me");
  }

  @Test
  void choosesFilesByPatterns() throws Exception {
    checkpoint("alice/tiny", "--include", "*.json", "--include", "README.md", "--exclude", "tok*");
    assertThat(Run.files(target)).containsExactly("README.md", "config.json", "neox-download.json");
    Run none =
        Run.of(environment, "{}", "checkpoint", "alice/tiny", "--include", "*.zip", "-d", "unused");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("alice/tiny has no file of a model, or none that fits");
  }

  /// As the hub's own tools lay it out.
  private Path cache(Commit commit, byte[] content) throws IOException {
    Path home = directory.resolve("hf/hub/models--alice--tiny");
    Path snapshot = home.resolve("snapshots").resolve(commit.oid());
    Files.createDirectories(snapshot);
    for (Map.Entry<String, Repository.StoredFile> file : commit.files().entrySet()) {
      Path blob = home.resolve("blobs").resolve(file.getValue().oid());
      Files.createDirectories(blob.getParent());
      Files.write(blob, file.getValue().large() ? content : file.getValue().bytes().toByteArray());
      Files.createSymbolicLink(snapshot.resolve(file.getKey()), snapshot.relativize(blob));
    }
    Files.createDirectories(home.resolve("refs"));
    Files.writeString(home.resolve("refs/step1000"), commit.oid());
    environment.put("HF_HOME", directory.resolve("hf").toString());
    return home;
  }

  @Test
  void takesWhatTheHubsOwnToolsHaveDownloaded() throws Exception {
    cache(step1000, weights);
    Run run = checkpoint("alice/tiny");
    assertThat(run.err()).contains("model.safetensors was on this machine already\n");
    assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(hub.calls()).noneMatch(call -> call.contains("/resolve"));
  }

  @Test
  void downloadsWhatIsDamagedInTheCache() throws Exception {
    byte[] damaged = weights.clone();
    damaged[7]++;
    cache(step1000, damaged);
    assertThat(checkpoint("alice/tiny").exitCode()).isZero();
    assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(Run.files(target)).hasSize(4);
  }

  @Test
  void takesEverythingFromTheCacheWhereCallsAreForbidden() throws Exception {
    cache(step1000, weights);
    environment.put("HF_HUB_OFFLINE", "1");
    Run run = checkpoint("alice/tiny", "--revision", "step1000");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .endsWith(
            "alice/tiny at %s, 3 files\nnext: neox-generate --model %s --prompt 'Once upon a time'\n"
                .formatted(step1000.oid(), target));
    assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    Run again = checkpoint("alice/tiny", "--revision", "step1000");
    assertThat(again.err())
        .isEqualTo(target + ": alice/tiny at " + step1000.oid() + " is there already\n");
    assertThat(hub.calls()).isEmpty();
  }

  @Test
  void saysWhatIsMissingWhereCallsAreForbidden() throws Exception {
    environment.put("HF_HUB_OFFLINE", "1");
    Path cache = directory.resolve(".cache/huggingface/hub");
    assertThat(checkpoint("alice/tiny"))
        .isEqualTo(
            new Run(
                2,
                "",
                "neox-prepare: HF_HUB_OFFLINE is set, and neither "
                    + target
                    + " nor "
                    + cache
                    + " has alice/tiny at main; unset it to download\n"));
    cache(step1000, new byte[3]);
    assertThat(checkpoint("alice/tiny", "--revision", "step1000").err())
        .endsWith(
            "neox-prepare: HF_HUB_OFFLINE is set, which forbids every call to a hub; unset it to"
                + " upload or download\n");
    Commit parts =
        hub.add("alice/parts", "main", Map.of("model-00001-of-00002.safetensors", weights));
    cache(parts, weights);
    assertThat(checkpoint("alice/tiny", "--revision", "step1000").err())
        .isEqualTo(
            "neox-prepare: alice/tiny at "
                + parts.oid()
                + ": only 1 of the 2 parts of its weights are on this machine; download the others"
                + " first\n");
    assertThat(hub.calls()).isEmpty();
  }

  @Test
  void takesOverWhatTheDownloadThatItReplacesHas() throws Exception {
    checkpoint("alice/tiny", "--revision", "step1000");
    hub.add("alice/tiny", "main", Map.of("config.json", "{\"new\": 1}".getBytes(UTF_8)));
    int calls = hub.calls().size();
    Run run = checkpoint("alice/tiny", "-f");
    assertThat(run.err()).contains("model.safetensors was on this machine already\n");
    assertThat(target.resolve("config.json")).hasContent("{\"new\": 1}");
    assertThat(hub.calls().subList(calls, hub.calls().size()))
        .filteredOn(call -> call.contains("/resolve/"))
        .hasSize(1);
  }

  @Test
  void knowsACommitUnderAnotherName() throws Exception {
    checkpoint("alice/tiny", "--revision", "step1000");
    assertThat(checkpoint("alice/tiny", "--revision", step1000.oid()).err())
        .endsWith(" is there already\n");
  }

  @Test
  void sendsNoTokenThatItWasNotToldToSend() {
    environment.put("HF_TOKEN", HubServer.TOKEN);
    environment.put("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    assertThat(checkpoint("alice/tiny").exitCode()).isZero();
    assertThat(hub.exchanges())
        .allSatisfy(exchange -> assertThat(exchange.header("Authorization")).isNull());
  }

  @Test
  void keepsASecondRunOutOfTheSameDirectory() throws Exception {
    CompletableFuture<Run> second = new CompletableFuture<>();
    hub.fail(
        "/cdn/",
        new Fault.Break(
            Fault.Moment.MIDWAY,
            () -> second.complete(checkpoint("alice/tiny", "-f", "--include", "*.json"))));
    Run first = checkpoint("alice/tiny");
    assertThat(second.get())
        .isEqualTo(
            new Run(
                2,
                "",
                "neox-prepare: %s: another neox-prepare is downloading into it; wait until it has ended, or give another -d\n"
                    .formatted(target)));
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(Run.files(directory)).hasSize(4).allMatch(name -> name.startsWith("model/"));
    assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void takesALockThatAKilledRunLeft() throws Exception {
    Files.createFile(directory.resolve(".model.lock"));
    assertThat(checkpoint("alice/tiny").exitCode()).isZero();
    assertThat(Run.files(directory)).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deletesNothingWhenAFileIsGoneThatHadCome(boolean shortened) throws Exception {
    checkpoint("alice/tiny", "--revision", "step1000");
    Files.delete(target.resolve("model.safetensors"));
    List<String> before = Run.files(target);
    Path config = directory.resolve("model.part/config.json");
    hub.fail(
        "/cdn/",
        new Fault.Break(
            Fault.Moment.MIDWAY,
            () -> {
              try {
                Files.delete(config);
                if (shortened) {
                  Files.createFile(config);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
    Run run = checkpoint("alice/tiny", "-f", "--downloads", "1");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            config
                + ": something else has changed or deleted it since it was downloaded; give the"
                + " same command again\n");
    assertThat(Run.files(target)).isEqualTo(before);
    assertThat(checkpoint("alice/tiny", "-f").exitCode()).isZero();
    assertThat(Run.files(directory)).hasSize(4);
  }

  private static final List<Fault> TROUBLES =
      List.of(
          new Fault.Drop(),
          Fault.status(503),
          new Fault.Reply(429, Map.of("Retry-After", "3"), ""),
          new Fault.Break(Fault.Moment.MIDWAY, () -> {}),
          new Fault.Elsewhere());

  @Tag("slow")
  @Test
  void getsOverTroubleWithAnyCallAndTransfersNothingTwice() throws Exception {
    environment.put("HF_TOKEN", HubServer.TOKEN);
    String sum = step1000.file("model.safetensors").oid();
    for (Fault trouble : TROUBLES) {
      int call = 0;
      boolean hit = true;
      for (call = 1; hit; call++) {
        try (HubServer fresh = HubServer.start()) {
          fresh.add("alice/tiny", "main", model("safetensors"));
          environment.put("HF_ENDPOINT", fresh.endpoint());
          target = directory.resolve(call + "-" + TROUBLES.indexOf(trouble));
          fresh.failAt(call, trouble);
          Run run = checkpoint("alice/tiny", "--downloads", "1");
          hit = fresh.arrived() >= call;
          if (trouble instanceof Fault.Elsewhere && run.exitCode() == 2) {
            run = checkpoint("alice/tiny");
          }
          assertThat(run.exitCode()).as(run.err()).isZero();
          assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
          assertThat(fresh.served()).isEqualTo(Map.of(sum, (long) weights.length));
          assertThat(fresh.violations()).isEmpty();
        }
      }
      assertThat(call).isGreaterThan(8);
    }
  }

  @Test
  void showsNobodyTheToken() throws Exception {
    environment.put("HF_TOKEN", HubServer.TOKEN);
    hub.fail(
        "/revision/", new Fault.Reply(403, Map.of(), "{\"error\": \"" + HubServer.TOKEN + "\"}"));
    Run refused = checkpoint("alice/tiny");
    assertThat(refused.err()).contains("the token from HF_TOKEN does not have the right: ***");
    Run run = checkpoint("alice/tiny");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err() + run.out()).doesNotContain(HubServer.TOKEN);
    assertThat(hub.exchanges())
        .allSatisfy(exchange ->
            assertThat(exchange.header("Authorization") != null)
                .isEqualTo(!exchange.path().startsWith("/cdn/")));
  }

  @Test
  void saysWhatIsNotThere() {
    assertThat(checkpoint("alice/tiny", "--revision", "step3").err())
        .startsWith("neox-prepare: the repository has no such branch: Invalid rev id: step3");
    assertThat(checkpoint("tiny/x/y").err())
        .startsWith("neox-prepare: 'tiny/x/y' is not a repository: expected OWNER/NAME");
  }

  private Run checkpoint(String... arguments) {
    List<String> all = new ArrayList<>(List.of("checkpoint"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-d", target.toString()));
    return Run.of(environment, "{}", all.toArray(String[]::new));
  }
}
