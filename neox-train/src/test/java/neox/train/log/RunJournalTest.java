package neox.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunJournalTest {
  private static final String TIME = "\"time\":\"2026-11-29T07:00:00Z\"";

  @TempDir Path directory;
  private final RunJournal journal = new RunJournal(() -> Instant.parse("2026-11-29T07:00:00.25Z"));

  @Test
  void keepsWhatComesBeforeItKnowsItsPlace() throws IOException {
    journal.warning("early");
    assertThat(directory).isEmptyDirectory();
    journal.begin(Optional.of(directory), 5, 10, Map.of("neox", "1"));
    journal.stepped(6);
    journal.warning("late");
    journal.saved(6);
    journal.end(75);
    assertThat(Files.readAllLines(directory.resolve("journal.jsonl")))
        .containsExactly(
            "{"
                + TIME
                + ",\"kind\":\"start\",\"step\":5,\"last\":10,\"environment\":{\"neox\":\"1\"}}",
            "{" + TIME + ",\"kind\":\"warning\",\"step\":0,\"text\":\"early\"}",
            "{" + TIME + ",\"kind\":\"warning\",\"step\":6,\"text\":\"late\"}",
            "{" + TIME + ",\"kind\":\"checkpoint\",\"step\":6}",
            "{" + TIME + ",\"kind\":\"end\",\"step\":6,\"code\":75}");
  }

  @Test
  void writesLaterWhatItCouldNotWrite() throws IOException {
    Path records = directory.resolve("records");
    journal.begin(Optional.of(records), 0, 10, Map.of());
    journal.warning("nowhere to go");
    Files.createDirectories(records);
    journal.fail(2, "the end");
    assertThat(Files.readAllLines(records.resolve("journal.jsonl"))).hasSize(3);
  }

  @Test
  void findsTheCommitOfARepository() throws IOException {
    Path git = directory.resolve(".git");
    Files.createDirectories(git.resolve("refs/heads"));
    Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
    Path inside = Files.createDirectories(directory.resolve("a/b"));
    assertThat(RunEnvironment.commit(inside)).isEmpty();
    Files.writeString(git.resolve("packed-refs"), "# pack-refs\n1234 refs/heads/main\n");
    assertThat(RunEnvironment.commit(inside)).contains("1234");
    Files.writeString(git.resolve("refs/heads/main"), "5678\n");
    assertThat(RunEnvironment.commit(inside)).contains("5678");
    Files.writeString(git.resolve("HEAD"), "9abc\n");
    assertThat(RunEnvironment.commit(inside)).contains("9abc");
  }
}
