package neox.prepare;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.UserException;
import neox.datasets.DataFiles;
import neox.datasets.HubFiles;
import neox.hub.Checksum;
import neox.hub.HubAddress;
import neox.hub.HubSettings;
import neox.hub.Pause;
import neox.hub.RemoteFile;
import neox.hub.RepoKind;
import neox.prepare.CatalogEntry.CatalogFile;
import neox.prepare.CatalogEntry.State;
import neox.prepare.Corpus.Part;
import neox.preprocess.Preprocess;

/// Finds out what a caller means by a data set: a name, an address, or a path.
///
/// Not thread-safe. The owner closes it.
final class CorpusFinder implements AutoCloseable {
  private final Catalog catalog;
  private final DataFiles choice;
  private final Console console;
  private final HubFiles hub;

  /// @param choice which files of a repository are meant when no path is given
  CorpusFinder(
      Catalog catalog, DataFiles choice, HubSettings settings, Pause pause, Console console) {
    this.catalog = catalog;
    this.choice = choice;
    this.console = console;
    this.hub = HubFiles.open(settings, pause, line -> console.warn("%s", line));
  }

  /// What `dataset` means; [UserException] when it means nothing, or nothing that can be had.
  Corpus find(String dataset) throws IOException, InterruptedException {
    Optional<CatalogEntry> entry = catalog.find(dataset);
    if (entry.isPresent()) {
      return ofCatalog(entry.get());
    }
    if (dataset.startsWith(HubAddress.SCHEME)) {
      return ofHub(HubAddress.parse(dataset));
    }
    if (dataset.contains("://")) {
      RemoteFile file = RemoteFile.at(address(dataset));
      Part part = new Part.Remote(file.name(), List.of(file), Optional.empty());
      return corpus(nameOf(file.name()), withoutQuery(dataset), List.of(part));
    }
    Path path = Path.of(dataset);
    if (Files.exists(path)) {
      String name = path.toAbsolutePath().normalize().getFileName().toString();
      return corpus(nameOf(name), dataset, List.of(new Part.Local(path)));
    }
    throw unknown(dataset);
  }

  private static Corpus corpus(String name, String origin, List<Part> parts) {
    return new Corpus(name, origin, OptionalLong.empty(), parts);
  }

  /// A file's name without the endings that say its format.
  private static String nameOf(String file) {
    int dot = file.indexOf('.', 1);
    return dot < 0 ? file : file.substring(0, dot);
  }

  private static String withoutQuery(String address) {
    int query = address.indexOf('?');
    return query < 0 ? address : address.substring(0, query);
  }

  private static URI address(String text) {
    try {
      URI address = new URI(text);
      String scheme = String.valueOf(address.getScheme());
      if (address.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return address;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw UserException.of("%s: expected http(s)://HOST/PATH or hf://…", withoutQuery(text));
  }

  private UserException unknown(String dataset) {
    if (dataset.contains("/") || Preprocess.reads(dataset)) {
      return UserException.of("%s: no such file or directory", dataset);
    }
    String guess = catalog.nearest(dataset).map(name -> "did you mean '" + name + "'? ").orElse("");
    return UserException.of(
        "unknown data set '%s'; %sknown are %s, %s; or give an address or a path",
        dataset, guess, Catalog.SAMPLE, String.join(", ", catalog.names()));
  }

  private Corpus ofCatalog(CatalogEntry entry) throws IOException, InterruptedException {
    return switch (entry.state()) {
      case State.Withdrawn gone ->
          throw UserException.of(
              "%s has been withdrawn: %s; instead: %s",
              entry.name(), gone.reason(), gone.instead());
      case State.Available available -> {
        List<Part> parts = new ArrayList<>();
        for (CatalogFile file : available.files()) {
          parts.add(part(file));
        }
        yield new Corpus(entry.directory(), entry.name(), entry.documents(), parts);
      }
    };
  }

  /// A file of the catalogue with every mirror that can be looked up.
  Part.Remote part(CatalogFile file) throws IOException, InterruptedException {
    List<RemoteFile> mirrors = new ArrayList<>();
    for (String mirror : file.mirrors()) {
      boolean last = mirror.equals(file.mirrors().getLast());
      try {
        RemoteFile found = locate(mirror);
        Optional<Checksum> sum = file.checksum().or(found::checksum);
        mirrors.add(new RemoteFile(found.name(), found.address(), found.size(), sum));
      } catch (IOException | UserException e) {
        if (last && mirrors.isEmpty()) {
          throw e;
        }
        console.warn("%s; trying the next mirror", String.valueOf(e.getMessage()));
      }
    }
    String first = file.mirrors().getFirst();
    String name = first.substring(first.lastIndexOf('/') + 1);
    return new Part.Remote(name, mirrors, file.unpacked());
  }

  private RemoteFile locate(String mirror) throws IOException, InterruptedException {
    if (!mirror.startsWith(HubAddress.SCHEME)) {
      return RemoteFile.at(address(mirror));
    }
    HubAddress address = HubAddress.parse(mirror);
    return hub.snapshot(address).files().stream()
        .filter(file -> file.name().equals(address.path()))
        .findFirst()
        .orElseThrow(() -> UserException.of("%s: there is no such file any more", address));
  }

  private Corpus ofHub(HubAddress address) throws IOException, InterruptedException {
    if (address.kind() == RepoKind.MODEL) {
      throw UserException.of(
          "%s is a model's repository: expected hf://datasets/OWNER/NAME[/PATH]; for model files"
              + " see neox-prepare checkpoint --help",
          address);
    }
    HubFiles.Found found = hub.find(address, choice, Preprocess::reads);
    List<Part> parts = new ArrayList<>();
    for (RemoteFile file : found.files()) {
      String name = HubFiles.baseName(file.name());
      parts.add(new Part.Remote(name, List.of(file), Optional.empty()));
    }
    String origin = address + " at " + found.commit();
    return corpus(address.repo().name(), origin, parts);
  }

  @Override
  public void close() {
    hub.close();
  }
}
