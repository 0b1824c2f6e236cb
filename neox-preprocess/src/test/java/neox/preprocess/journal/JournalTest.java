package neox.preprocess.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.base.json.Json;
import neox.data.indexed.Extent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path directory;

  @Test
  void writesEverythingThatItReads() throws IOException {
    Fingerprint fingerprint =
        new Fingerprint(
            Map.of("tokenizer", "\"a\\b\" é"),
            List.of(
                new Fingerprint.SourceFile("a.jsonl", 1L << 40, 1),
                new Fingerprint.SourceFile("stdin", 0, 0)));
    Journal journal =
        Journal.empty(fingerprint)
            .at(
                Journal.Stage.PUBLISHING,
                new Place(1, 2, 3, 4, -5),
                Map.of("text", new Extent(6, 7, 1L << 33)),
                new Tally(9, 10, 11, 12, 13));
    Path file = directory.resolve("journal.json");
    journal.write(file);
    assertThat(Json.read(file)).isEqualTo(Json.parse(Json.line(journal), "the record"));
    assertThat(Journal.read(file)).contains(journal);
  }

  @Test
  void saysWhatIsWrongWithAJournal() throws IOException {
    Path other = Files.writeString(directory.resolve("other.json"), "{\"format\": 7}");
    assertThatThrownBy(() -> Journal.read(other))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s: written by another version of this tool (format 7, expected 1); give --overwrite"
                + " to begin again",
            other);
    Path damaged =
        Files.writeString(directory.resolve("damaged.json"), "{\"format\": 1, \"stage\": 3.5}");
    assertThatThrownBy(() -> Journal.read(damaged))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(damaged + ": damaged (")
        .hasMessageEndingWith("); give --overwrite to begin again");
    assertThat(Journal.read(directory.resolve("absent.json"))).isEmpty();
  }
}
