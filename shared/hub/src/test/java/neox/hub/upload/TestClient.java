package neox.hub.upload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.hub.HubClient;
import neox.hub.HubHttp;
import neox.hub.HubSettings;
import neox.hub.RepoId;
import neox.hub.Token;
import neox.hub.UploadObserver;
import neox.hub.Visibility;
import neox.hub.fixture.HubServer;

/// A person who uploads a folder to a hub, again and again.
final class TestClient implements UploadObserver {
  /// What ends an upload in the middle as `kill -9` would: nothing is called any more.
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  final List<Long> pausesSeconds = Collections.synchronizedList(new ArrayList<>());
  private final HubServer hub;
  private final Path folder;
  private final Sending sending;
  private Portions portions = Portions.USUAL;
  private boolean killed;

  TestClient(HubServer hub, Path folder, Sending sending) {
    this.hub = hub;
    this.folder = folder;
    this.sending = sending;
  }

  TestClient withPortions(Portions value) {
    portions = value;
    return this;
  }

  /// From now on the first failure is the end of the process.
  TestClient killedByFailures() {
    killed = true;
    return this;
  }

  /// From now on failures are followed by pauses again.
  TestClient patient() {
    killed = false;
    return this;
  }

  UploadResult upload(String repo) throws Exception {
    return upload(
        UploadRequest.toBranch(
            RepoId.parse(repo), "main", "Upload tiny", Visibility.ACCOUNT_DEFAULT));
  }

  UploadResult upload(UploadRequest request) throws Exception {
    HubSettings settings =
        HubSettings.of(
            "neox-upload",
            Map.of(),
            Optional.of(hub.endpoint()),
            Optional.of(Token.of(HubServer.TOKEN, "HF_TOKEN")));
    try (FolderUpload upload =
        new FolderUpload(
            new HubClient(new HubHttp(settings, this, this::pause)), sending, portions)) {
      return upload.run(LocalFolder.scan(folder), request);
    }
  }

  private void pause(Duration duration) {
    if (killed) {
      throw new Killed();
    }
    pausesSeconds.add(duration.toSeconds());
  }

  @Override
  public void progress(Phase phase, long doneBytes, long totalBytes, String path) {
    if (doneBytes < 0 || doneBytes > totalBytes) {
      throw new IllegalStateException(doneBytes + " of " + totalBytes);
    }
  }

  @Override
  public void warn(String line) {
    warnings.add(line);
  }
}
