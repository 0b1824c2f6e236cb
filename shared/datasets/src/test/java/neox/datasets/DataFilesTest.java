package neox.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.RemoteFile;
import neox.hub.RepoId;
import neox.hub.Snapshot;
import org.junit.jupiter.api.Test;

class DataFilesTest {
  @Test
  void takesTheTrainFilesByTheirNames() {
    assertThat(choose("", "", "{}", "data/train-0.parquet", "data/test-0.parquet", "README.md"))
        .containsExactly("data/train-0.parquet");
    assertThat(choose("", "test", "{}", "train/a.jsonl", "test/a.jsonl", "val.jsonl.zst"))
        .containsExactly("test/a.jsonl");
    assertThat(choose("", "validation", "{}", "train.jsonl", "val.jsonl.zst"))
        .containsExactly("val.jsonl.zst");
    assertThat(choose("", "", "{}", "a.jsonl", "constrained.jsonl")) // not "train"
        .containsExactly("a.jsonl", "constrained.jsonl");
    assertThat(choose("", "", "{}", "a.jsonl", "a.parquet")).containsExactly("a.parquet");
  }

  @Test
  void followsTheCard() {
    String card =
        """
        {"configs": [
          {"config_name": "en", "data_files": [
            {"split": "train", "path": ["en/a*.jsonl", "en/b.jsonl"]},
            {"split": "dev", "path": "en/dev.jsonl"}]},
          {"config_name": "de", "data_dir": "german", "data_files": "*.jsonl"}]}
        """;
    String[] files = {"en/a1.jsonl", "en/a2.jsonl", "en/b.jsonl", "en/dev.jsonl", "german/x.jsonl"};
    assertThat(choose("en", "", card, files))
        .containsExactly("en/a1.jsonl", "en/a2.jsonl", "en/b.jsonl");
    assertThat(choose("en", "dev", card, files)).containsExactly("en/dev.jsonl");
    assertThat(choose("de", "", card, files)).containsExactly("german/x.jsonl");
  }

  @Test
  void asksWhereTheChoiceIsNotClear() {
    String two =
        """
        {"configs": [{"config_name": "en", "data_files": "a"}, {"config_name": "de"}]}
        """;
    assertRefused(
        two, "", "", "o/n has several configurations and no default; name one of en, de", "a");
    assertRefused(two, "fr", "", "o/n has no configuration 'fr'; name one of en, de", "a");
    assertRefused(two, "en", "test", "o/n has no split 'test'; it has train", "a");
    assertRefused(
        two, "en", "", "o/n: its card names a for the split 'train', but no file fits", "b");
    assertRefused(
        "{}", "x", "", "o/n names no configurations; give a path instead of 'x'", "a.jsonl");
    assertRefused("{}", "", "", "o/n has no file of rows (.parquet, .jsonl, .jsonl.zst, ", "a.csv");
    assertRefused(
        "{}",
        "",
        "",
        "o/n: no file's name says that it belongs to the split 'train'",
        "test.jsonl");
    assertRefused(
        "{}", "", "odd", "o/n: no file's name says that it belongs to the split 'odd'", "a.jsonl");
  }

  @Test
  void refusesAPatternThatIsNone() {
    assertThatThrownBy(() -> Glob.fits("[", "a"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("'[' is not a pattern: ");
  }

  private static void assertRefused(
      String card, String config, String split, String message, String... files) {
    assertThatThrownBy(() -> choose(config, split, card, files))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(message);
  }

  private static List<String> choose(String config, String split, String card, String... files) {
    Snapshot snapshot =
        new Snapshot(
            RepoId.parse("o/n"),
            "0",
            Json.parse(card, "card"),
            Arrays.stream(files).map(DataFilesTest::file).toList());
    DataFiles choice =
        new DataFiles(
            Optional.of(config).filter(value -> !value.isEmpty()),
            Optional.of(split).filter(value -> !value.isEmpty()));
    return choice.choose(snapshot).stream().map(RemoteFile::name).toList();
  }

  private static RemoteFile file(String path) {
    return new RemoteFile(
        path, URI.create("http://hub/" + path), OptionalLong.empty(), Optional.empty());
  }
}
