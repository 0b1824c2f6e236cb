package neox.prepare;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.base.Console;
import neox.base.json.Json;
import neox.hub.HubAddress;
import neox.hub.HubRepository;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.download.Download;
import neox.hub.download.Download.Liveness;
import neox.prepare.CatalogEntry.State;

/// Prints the data sets that are known by name, as a table or as JSON, one line each.
///
/// @param live whether each mirror is asked if it has the first file
record CatalogListing(Catalog catalog, HubSettings settings, Download download, boolean live) {

  /// For readers.
  void table(Console console) {
    String format = "%-19s %-10s %13s  %s%n";
    console.out().printf(Locale.ROOT, format, "NAME", "STATE", "DOCUMENTS", "WHAT");
    for (CatalogEntry entry : catalog.entries()) {
      String documents =
          entry.documents().isPresent()
              ? String.format(Locale.ROOT, "%,d", entry.documents().getAsLong())
              : "";
      console
          .out()
          .printf(Locale.ROOT, format, entry.name(), word(entry.state()), documents, entry.about());
      details(entry).forEach(line -> console.out().println(" ".repeat(20) + line));
    }
  }

  private static String word(State state) {
    return switch (state) {
      case State.Available available -> "available";
      case State.Withdrawn withdrawn -> "withdrawn";
    };
  }

  private List<String> details(CatalogEntry entry) {
    return switch (entry.state()) {
      case State.Available available -> {
        List<String> lines = new ArrayList<>();
        entry.statedSize().ifPresent(size -> lines.add(size));
        entry.licence().ifPresent(licence -> lines.add("licence: " + licence));
        entry.homepage().ifPresent(lines::add);
        if (live) {
          liveness(available).forEach((mirror, found) -> lines.add(mirror + ": " + say(found)));
        }
        yield lines;
      }
      case State.Withdrawn gone -> List.of(gone.reason(), "instead: " + gone.instead());
    };
  }

  private static String say(Liveness found) {
    String size =
        found.size().isPresent()
            ? String.format(Locale.ROOT, ", %,d bytes", found.size().getAsLong())
            : "";
    return (found.alive() ? "answers" : "does not answer") + " (" + found.detail() + size + ")";
  }

  /// For programs.
  void json(Console console) {
    for (CatalogEntry entry : catalog.entries()) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", entry.name());
      map.put("state", word(entry.state()));
      map.put("about", entry.about());
      entry.documents().ifPresent(count -> map.put("documents", count));
      entry.statedSize().ifPresent(size -> map.put("stated_size", size));
      entry.statedBy().ifPresent(source -> map.put("source", source));
      entry.licence().ifPresent(licence -> map.put("licence", licence));
      entry.homepage().ifPresent(page -> map.put("homepage", page));
      switch (entry.state()) {
        case State.Available available -> {
          map.put("files", available.files().size());
          if (live) {
            Map<String, Object> mirrors = new LinkedHashMap<>();
            liveness(available).forEach((mirror, found) -> mirrors.put(mirror, json(found)));
            map.put("mirrors", mirrors);
          }
        }
        case State.Withdrawn gone -> {
          map.put("reason", gone.reason());
          map.put("instead", gone.instead());
        }
      }
      console.out().println(Json.line(map));
    }
  }

  private static Map<String, Object> json(Liveness found) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("alive", found.alive());
    map.put("detail", found.detail());
    found.size().ifPresent(size -> map.put("bytes", size));
    return map;
  }

  /// What the mirrors say of the first file.
  private Map<String, Liveness> liveness(State.Available available) {
    Map<String, Liveness> found = new LinkedHashMap<>();
    if (!available.files().isEmpty()) {
      for (String mirror : available.files().getFirst().mirrors()) {
        found.put(mirror, download.probe(file(mirror)));
      }
    }
    return found;
  }

  private RemoteFile file(String mirror) {
    if (!mirror.startsWith(HubAddress.SCHEME)) {
      return RemoteFile.at(URI.create(mirror));
    }
    HubAddress hub = HubAddress.parse(mirror);
    return HubRepository.file(settings, hub.kind(), hub.repo(), hub.revision(), hub.path());
  }
}
