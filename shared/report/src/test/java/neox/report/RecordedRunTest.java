package neox.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedRunTest {
  @TempDir Path directory;

  private static Series series(MetricRows rows, String name) {
    return Objects.requireNonNull(rows.series().get(name), name);
  }

  @Test
  void readsNumbersAndTexts() throws IOException {
    write(
        "metrics.jsonl",
        """
        {"name":"configuration","text":"a: 1"}
        {"step":1,"train/lm_loss":7.5,"train/grad_norm":"NaN"}
        {"step":2,"train/lm_loss":"Infinity","other":"word","nothing":null}
        """);
    MetricRows rows = read().rows();
    assertThat(rows.texts()).containsEntry("configuration", "a: 1");
    assertThat(rows.series()).containsOnlyKeys("train/lm_loss", "train/grad_norm");
    assertThat(series(rows, "train/lm_loss").values())
        .containsExactly(7.5, Double.POSITIVE_INFINITY);
    assertThat(series(rows, "train/grad_norm").values()).containsExactly(Double.NaN);
  }

  @Test
  void passesOverWhatIsTornAndLeavesHalfALastLine() throws IOException {
    write(
        "metrics.jsonl",
        """
        {"step":1,"a":1}
        {"step":2,"a":{"step":3,"a":3}
        [1,2]

        \0\0\0
        {"step":4,"a":4}
        {"step":5,"a\
        """);
    RecordedRun run = read();
    assertThat(series(run.rows(), "a").steps()).containsExactly(1, 4);
    append("metrics.jsonl", "\":5}\n");
    RecordedRun later = RecordedRun.since(run.folder(), run.place());
    assertThat(later.whole()).isFalse();
    assertThat(series(later.rows(), "a").steps()).containsExactly(5);
  }

  @Test
  void readsAllAnewWhenAnotherFileLiesThere() throws IOException {
    write("metrics.jsonl", "{\"step\":1,\"a\":1}\n{\"step\":2,\"a\":2}\n");
    RecordedRun run = read();
    write("other", "{\"step\":1,\"a\":1}\n{\"step\":2,\"a\":20}\n{\"step\":3,\"a\":3}\n");
    Files.move(
        directory.resolve("other"),
        directory.resolve("metrics.jsonl"),
        StandardCopyOption.REPLACE_EXISTING);
    RecordedRun later = RecordedRun.since(run.folder(), run.place());
    assertThat(later.whole()).isTrue();
    assertThat(series(later.rows(), "a").values()).containsExactly(1, 20, 3);
  }

  @Test
  void readsAllAnewForAPlaceThatNamesNothing() throws IOException {
    write("metrics.jsonl", "{\"step\":1,\"a\":1}\n");
    String identity = read().place().split("-", -1)[0];
    for (String place : new String[] {"", "x", "-", identity + "-999", identity + "--1"}) {
      assertThat(RecordedRun.since(read().folder(), place).whole()).as(place).isTrue();
    }
  }

  @Test
  void knowsStepsThatWereTakenAgain() throws IOException {
    write("metrics.jsonl", "");
    write(
        "metrics.replaced.jsonl",
        """
        {"step":11,"a":1}
        {"step":12,"a":1}
        {"step":12,"b":1}
        {"step":11,"a":1}
        {"step":20,"a":1}
        {"step":21,"a":1}
        """);
    assertThat(read().notes().replaced())
        .containsExactly(
            new RunNotes.Steps(11, 12), new RunNotes.Steps(11, 11), new RunNotes.Steps(20, 21));
  }

  @Test
  void takesTheNewestOfTextsThatWereWrittenTwice() throws IOException {
    write("metrics.jsonl", "");
    write(
        "samples.jsonl",
        """
        {"step":100,"prompt":"a","text":"old"}
        {"step":200,"prompt":"a","text":"later"}
        {"step":100,"prompt":"a","text":"new"}
        """);
    assertThat(read().notes().samples())
        .extracting(sample -> sample.path("text").asText())
        .containsExactly("new", "later");
  }

  @Test
  void leavesOutTheMiddleOfALongJournal() throws IOException {
    write("metrics.jsonl", "");
    write("journal.jsonl", "{\"kind\":\"warning\",\"text\":\"again\"}\n".repeat(5000));
    assertThat(read().notes().journal()).hasSize(800);
    assertThat(read().notes().leftOut()).isEqualTo(4200);
  }

  @Test
  void saysWhereARunIsWhenThereIsNoneHere() throws IOException {
    assertThatThrownBy(() -> RunFolder.of(directory).requireRecords())
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory
                + ": expected metrics.jsonl, which neox-train writes into log_dir (or into save"
                + " without one), found none");
    Files.createDirectories(directory.resolve("run-2"));
    write("run-2/metrics.jsonl", "");
    assertThatThrownBy(() -> RunFolder.of(directory).requireRecords())
        .hasMessageEndingWith("found none; there is one in " + directory.resolve("run-2"));
    assertThatThrownBy(() -> RunFolder.of(directory.resolve("nowhere")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nowhere: expected the directory")
        .hasMessageEndingWith("found nothing");
  }

  private RecordedRun read() throws IOException {
    return RecordedRun.read(RunFolder.of(directory));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private void append(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text, StandardOpenOption.APPEND);
  }
}
