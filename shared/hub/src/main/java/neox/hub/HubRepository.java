package neox.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.json.Json;
import okhttp3.HttpUrl;

/// Reads what a hub's repositories hold.
///
/// Not thread-safe. The owner closes it.
public final class HubRepository implements AutoCloseable {
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>;\\s*rel=\"next\"");

  private final HubHttp http;

  private HubRepository(HubHttp http) {
    this.http = http;
  }

  /// Prepares calls to a hub; makes none yet.
  ///
  /// @param warn hears lines that the caller should see although the calls go on
  public static HubRepository open(HubSettings settings, Pause pause, Consumer<String> warn) {
    return new HubRepository(new HubHttp(settings, new OnlyWarnings(warn), pause));
  }

  private record OnlyWarnings(Consumer<String> warn) implements UploadObserver {
    @Override
    public void progress(Phase phase, long doneBytes, long totalBytes, String path) {}

    @Override
    public void warn(String line) {
      warn.accept(line);
    }
  }

  /// The address of a file, of which nothing more is known.
  public static RemoteFile file(
      HubSettings settings, RepoKind kind, RepoId repo, String revision, String path) {
    String address =
        settings.endpoint() + "/" + new HubAddress(kind, repo, revision, path).webPath();
    return new RemoteFile(path, HttpUrl.get(address).uri(), OptionalLong.empty(), Optional.empty());
  }

  /// Pins a branch, a tag or a commit, and lists its files.
  ///
  /// @param folder lists only what is in this directory; empty for everything
  public Snapshot snapshot(RepoKind kind, RepoId repo, String revision, String folder)
      throws IOException, InterruptedException {
    HubRequest request =
        HubRequest.get(
            "looking for %s at %s".formatted(repo, revision),
            api(kind, repo, "/revision/" + HubClient.encode(revision)));
    JsonNode info = http.require(request).json(request);
    String commit = info.path("sha").asText();
    if (commit.isEmpty()) {
      throw new IOException("the hub did not say which commit %s is at".formatted(repo));
    }
    return new Snapshot(repo, commit, info.path("cardData"), files(kind, repo, commit, folder));
  }

  private List<RemoteFile> files(RepoKind kind, RepoId repo, String commit, String folder)
      throws IOException, InterruptedException {
    List<RemoteFile> files = new ArrayList<>();
    String place = folder.isEmpty() ? commit : commit + "/" + HubClient.encodePath(folder);
    Optional<HttpUrl> page =
        Optional.of(api(kind, repo, "/tree/" + place + "?recursive=true&expand=false"));
    while (page.isPresent()) {
      HubRequest request = HubRequest.get("listing the files of " + repo, page.get());
      Answer answer = http.require(request);
      for (JsonNode entry : Json.parse(answer.body(), "the list of files of " + repo)) {
        if (entry.path("type").asText().equals("file")) {
          files.add(file(kind, repo, commit, entry));
        }
      }
      page = next(answer);
    }
    return files;
  }

  private RemoteFile file(RepoKind kind, RepoId repo, String commit, JsonNode entry) {
    String path = entry.path("path").asText();
    JsonNode large = entry.path("lfs");
    String sum = (large.isObject() ? large : entry).path("oid").asText().toLowerCase(Locale.ROOT);
    long size = (large.isObject() ? large : entry).path("size").asLong(-1);
    HttpUrl url = http.url(new HubAddress(kind, repo, commit, path).webPath());
    return size < 0
        ? new RemoteFile(path, url.uri(), OptionalLong.empty(), Optional.empty())
        : new RemoteFile(path, url.uri(), OptionalLong.of(size), Checksum.ofHubTag(sum));
  }

  private Optional<HttpUrl> next(Answer answer) throws IOException {
    Matcher link = NEXT.matcher(answer.header("Link").orElse(""));
    if (!link.find()) {
      return Optional.empty();
    }
    HttpUrl url = http.ownAddress(link.group(1));
    if (url == null) {
      throw new IOException("the hub gave no usable address for the rest of its list of files");
    }
    return Optional.of(url);
  }

  private HttpUrl api(RepoKind kind, RepoId repo, String encodedRest) {
    return http.url("api/" + kind.api() + "/" + repo + encodedRest);
  }

  @Override
  public void close() {
    http.close();
  }
}
