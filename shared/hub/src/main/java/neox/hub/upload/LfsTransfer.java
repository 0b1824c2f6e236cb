package neox.hub.upload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.hub.HubClient;
import neox.hub.HubHttp;
import neox.hub.UploadObserver.Phase;

/// Puts files into a repository's large file storage, in the git-LFS way: ask where to, send, have
/// the storage confirmed. Files that the storage has already are not sent again, which also resumes
/// an upload that broke off.
final class LfsTransfer {
  /// What the sending of a file needs.
  ///
  /// @param place the address of the repository, without secrets
  record Means(HubHttp http, LfsBatch batch, Lanes lanes, Journals journals, String place) {}

  private final Means means;

  LfsTransfer(HubHttp http, LfsBatch batch, Sending sending) {
    this.means =
        new Means(
            http,
            batch,
            new Lanes(sending.atOnce()),
            new Journals(sending.journals(), http.observer()),
            http.settings().endpoint() + "/" + batch.repo());
  }

  /// Sends every file; files of equal content once.
  void send(List<PlannedFile.Large> files) throws IOException, InterruptedException {
    if (files.isEmpty()) {
      return;
    }
    means.journals().clean();
    Map<String, PlannedFile.Large> byOid = new LinkedHashMap<>();
    files.forEach(file -> byOid.putIfAbsent(file.oid(), file));
    List<PlannedFile.Large> distinct = List.copyOf(byOid.values());
    long bytes = distinct.stream().mapToLong(large -> large.file().size()).sum();
    Meter meter = new Meter(means.http().observer(), Phase.SENDING, bytes);
    for (int from = 0; from < distinct.size(); from += HubClient.FILES_PER_CALL) {
      int to = Math.min(distinct.size(), from + HubClient.FILES_PER_CALL);
      sendBatch(distinct.subList(from, to), meter);
    }
  }

  private void sendBatch(List<PlannedFile.Large> files, Meter meter)
      throws IOException, InterruptedException {
    List<LfsAction> actions = means.batch().ask(files);
    List<Lanes.Work> works = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      PlannedFile.Large large = files.get(i);
      LfsAction action = actions.get(i);
      works.add(() -> new LfsObject(large, means, meter).send(action));
    }
    means.lanes().all(works);
  }
}
