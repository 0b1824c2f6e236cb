package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.json.Json;
import neox.base.text.Spelling;
import neox.hub.Checksum;
import neox.prepare.CatalogEntry.CatalogFile;
import neox.prepare.CatalogEntry.State;
import neox.prepare.CatalogEntry.Unpacked;

/// The data sets that GPT-NeoX's `prepare_data.py` knows by name, from the table `datasets.json`.
final class Catalog {
  static final String SAMPLE = "sample";

  private final List<CatalogEntry> entries;
  private final JsonNode gpt2;

  private Catalog(List<CatalogEntry> entries, JsonNode gpt2) {
    this.entries = List.copyOf(entries);
    this.gpt2 = gpt2;
  }

  /// Reads the table that comes with the tool.
  static Catalog load() {
    try (InputStream in =
        Objects.requireNonNull(Catalog.class.getResourceAsStream("datasets.json"))) {
      return of(Json.mapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads a table.
  static Catalog of(JsonNode json) {
    List<CatalogEntry> entries = new ArrayList<>();
    json.path("datasets").forEach(entry -> entries.add(entry(entry)));
    return new Catalog(entries, json.path("gpt2"));
  }

  private static CatalogEntry entry(JsonNode json) {
    String name = json.path("name").asText();
    return new CatalogEntry(
        name,
        json.path("directory").asText(name),
        json.path("about").asText(),
        text(json, "homepage"),
        text(json, "licence"),
        number(json, "documents"),
        text(json, "stated_size"),
        text(json, "source"),
        state(json));
  }

  private static State state(JsonNode json) {
    if (json.has("withdrawn")) {
      return new State.Withdrawn(json.path("withdrawn").asText(), json.path("instead").asText());
    }
    List<CatalogFile> files = new ArrayList<>();
    json.path("files").forEach(file -> files.addAll(files(file)));
    return new State.Available(files);
  }

  /// The file, or the files that a range in braces in its addresses stands for.
  private static List<CatalogFile> files(JsonNode json) {
    List<List<String>> mirrors = new ArrayList<>();
    json.path("mirrors").forEach(mirror -> mirrors.add(Braces.expand(mirror.asText())));
    Optional<Checksum> checksum = text(json, "sha256").map(Checksum::sha256);
    Optional<Unpacked> unpacked =
        Optional.of(json.path("unpacked"))
            .filter(JsonNode::isObject)
            .map(node -> new Unpacked(node.path("bytes").asLong(), node.path("sha1").asText()));
    List<CatalogFile> files = new ArrayList<>();
    for (int i = 0; i < mirrors.getFirst().size(); i++) {
      int index = i;
      List<String> addresses = mirrors.stream().map(list -> list.get(index)).toList();
      files.add(new CatalogFile(addresses, checksum, unpacked));
    }
    return files;
  }

  private static Optional<String> text(JsonNode json, String key) {
    return Optional.of(json.path(key)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  private static OptionalLong number(JsonNode json, String key) {
    JsonNode value = json.path(key);
    return value.isIntegralNumber() ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
  }

  List<CatalogEntry> entries() {
    return entries;
  }

  Optional<CatalogEntry> find(String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /// GPT-2's `gpt2-vocab.json` or `gpt2-merges.txt`.
  CatalogFile gpt2(String file) {
    return files(gpt2.path(file)).getFirst();
  }

  List<String> names() {
    return entries.stream().map(CatalogEntry::name).toList();
  }

  /// The known name that was probably meant.
  Optional<String> nearest(String name) {
    List<String> known = Stream.concat(Stream.of(SAMPLE), names().stream()).toList();
    return Spelling.nearest(name, known, Math.max(1, name.length() / 3));
  }
}
