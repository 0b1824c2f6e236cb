package neox.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;
import neox.hub.fixture.DownloadServer;
import neox.prepare.CatalogEntry.State;
import neox.preprocess.Preprocess;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private final Catalog catalog = Catalog.load();

  @Test
  void knowsEveryNameOfGptNeox() {
    assertThat(catalog.names())
        .containsExactly(
            "arxiv",
            "books1",
            "books3",
            "c4",
            "c4_openwebtext",
            "enron",
            "enwik8",
            "europarl",
            "freelaw",
            "github",
            "hackernews",
            "nih",
            "openwebtext2",
            "pass",
            "pile",
            "pile_subset",
            "pubmed",
            "stackexchange",
            "ubuntu_irc",
            "youtube_subtitles");
  }

  @Test
  void namesReadableFilesOrSaysWhatToUseInstead() {
    for (CatalogEntry entry : catalog.entries()) {
      assertThat(entry.about()).as(entry.name()).isNotEmpty();
      switch (entry.state()) {
        case State.Available available ->
            assertThat(available.files())
                .allSatisfy(file -> {
                  String first = file.mirrors().getFirst();
                  assertThat(Preprocess.reads(first.substring(first.lastIndexOf('/') + 1)))
                      .isTrue();
                });
        case State.Withdrawn gone -> {
          assertThat(gone.reason()).as(entry.name()).isNotEmpty();
          assertThat(gone.instead()).as(entry.name()).isNotEmpty();
        }
      }
    }
    assertThat(files("c4")).hasSize(1024);
    assertThat(files("c4").getLast())
        .isEqualTo("hf://datasets/allenai/c4/en/c4-train.01023-of-01024.json.gz");
    assertThat(files("c4_openwebtext")).hasSize(512);
  }

  private List<String> files(String name) {
    State state = catalog.find(name).orElseThrow().state();
    return ((State.Available) state)
        .files().stream().map(file -> file.mirrors().getFirst()).toList();
  }

  @Test
  void statesEverySumThatItGivesAsOne() {
    for (String file : List.of(Gpt2Vocabulary.VOCAB, Gpt2Vocabulary.MERGES)) {
      assertThat(catalog.gpt2(file).checksum()).isPresent();
      assertThat(catalog.gpt2(file).mirrors()).hasSize(2);
    }
  }

  @Test
  void tellsWhatHasBeenWithdrawnAndWhatToUseInstead() {
    Run run = Run.real(Map.of(), "books3");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "neox-prepare: books3 has been withdrawn: its books are under copyright and the-eye.eu"
                + " no longer hosts it; instead: no replacement; give a corpus of your own, or any"
                + " data set as hf://datasets/OWNER/NAME\n");
    assertThat(Run.real(Map.of(), "pile_subset").err())
        .contains("hf://datasets/monology/pile-uncopyrighted/train/00.jsonl.zst --name pile_00");
    assertThat(Run.real(Map.of(), "pass"))
        .isEqualTo(new Run(0, "", "pass: there is nothing to prepare\n"));
  }

  @Test
  void listsThemForReadersAndForPrograms() {
    Run table = Run.real(Map.of(), "--list");
    assertThat(table.exitCode()).isZero();
    assertThat(table.out()).startsWith("NAME                STATE ");
    assertThat(table.out().lines())
        .contains(
            "enwik8              available              1  the first 100 MB of the English"
                + " Wikipedia of March 2006, one document");
    List<JsonNode> rows =
        Run.real(Map.of(), "--list", "--json")
            .out()
            .lines()
            .map(line -> Json.parse(line, "line"))
            .toList();
    assertThat(rows).hasSize(20);
    assertThat(rows).extracting(row -> row.path("state").asText()).contains("withdrawn");
  }

  @Test
  void asksTheMirrorsOnRequest() throws IOException {
    try (DownloadServer server = DownloadServer.start()) {
      server.put("/a.jsonl", new byte[10]);
      String table =
          """
          {"datasets": [{"name": "tiny", "about": "a", "files": [
            {"mirrors": ["%s", "hf://datasets/x/y/b.jsonl"]}]}]}
          """
              .formatted(server.address("/a.jsonl"));
      Map<String, String> environment = Map.of("HF_ENDPOINT", server.address(""));
      Run run = Run.of(environment, table, "--list", "--live");
      assertThat(run.out())
          .contains(server.address("/a.jsonl") + ": answers (HTTP 200, 10 bytes)\n")
          .contains("hf://datasets/x/y/b.jsonl: does not answer (HTTP 404");
      assertThat(server.log())
          .containsExactly("HEAD /a.jsonl", "HEAD /datasets/x/y/resolve/main/b.jsonl");
      Run json = Run.of(environment, table, "--list", "--live", "--json");
      JsonNode mirrors = Json.parse(json.out(), "out").path("mirrors");
      assertThat(mirrors.path(server.address("/a.jsonl")).path("alive").asBoolean()).isTrue();
    }
  }

  @Test
  void expandsRangesInBraces() {
    assertThat(Braces.expand("a{08..11}b")).containsExactly("a08b", "a09b", "a10b", "a11b");
    assertThat(Braces.expand("a{b}")).containsExactly("a{b}");
  }
}
