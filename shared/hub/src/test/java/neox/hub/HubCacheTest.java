package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path home;

  @Test
  void liesWhereTheVariablesSay() {
    Map<String, String> environment = new HashMap<>(Map.of("HOME", "/h"));
    assertThat(directory(environment)).isEqualTo(Path.of("/h/.cache/huggingface/hub"));
    environment.put("XDG_CACHE_HOME", "/x");
    assertThat(directory(environment)).isEqualTo(Path.of("/x/huggingface/hub"));
    environment.put("HF_HOME", "~/hf");
    assertThat(directory(environment)).isEqualTo(Path.of("/h/hf/hub"));
    environment.put("HUGGINGFACE_HUB_CACHE", "/older");
    assertThat(directory(environment)).isEqualTo(Path.of("/older"));
    environment.put("HF_HUB_CACHE", "/newer");
    assertThat(directory(environment)).isEqualTo(Path.of("/newer"));
  }

  @Test
  void knowsARevisionByItsNameAndByItsCommit() throws IOException {
    Path repository = home.resolve("models--alice--tiny");
    Files.createDirectories(repository.resolve("refs/pr"));
    Files.writeString(repository.resolve("refs/pr/1"), COMMIT + "\n");
    Path file = repository.resolve("snapshots").resolve(COMMIT).resolve("sub/config.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}");
    for (String revision : new String[] {"pr/1", COMMIT}) {
      Snapshot snapshot = snapshot(revision).orElseThrow();
      assertThat(snapshot.commit()).isEqualTo(COMMIT);
      assertThat(snapshot.files())
          .singleElement()
          .satisfies(found -> assertThat(found.name()).isEqualTo("sub/config.json"))
          .satisfies(found -> assertThat(found.size()).hasValue(2))
          .satisfies(found -> assertThat(found.checksum()).isEmpty()); // no link to a blob
    }
    assertThat(snapshot("main")).isEmpty();
    assertThat(snapshot("../../../etc/passwd")).isEmpty();
  }

  private Optional<Snapshot> snapshot(String revision) throws IOException {
    HubSettings settings =
        HubSettings.of("neox-test", Map.of(), Optional.empty(), Optional.empty());
    return HubCache.of(Map.of("HF_HUB_CACHE", home.toString()))
        .snapshot(settings, RepoKind.MODEL, RepoId.parse("alice/tiny"), revision);
  }

  private static Path directory(Map<String, String> environment) {
    return HubCache.of(environment).directory();
  }
}
