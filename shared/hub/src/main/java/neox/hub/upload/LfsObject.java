package neox.hub.upload;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import neox.base.json.Json;
import neox.hub.Answer;
import neox.hub.Backoff;
import neox.hub.HubHttp;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.HubUnreachable;
import neox.hub.LocalFile;
import neox.hub.StorageRefusal;
import neox.hub.upload.LfsAction.Parts;
import neox.hub.upload.LfsAction.Whole;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/// Sends one file the way the hub chose: in one piece, or in parts that it then joins.
///
/// After a failure the hub is asked again what is to be done. That tells whether a file whose
/// answer was lost has arrived after all, and renews addresses whose time is over.
final class LfsObject {
  private final PlannedFile.Large large;
  private final LfsTransfer.Means means;
  private final Meter meter;

  /// Hear how much of each part has been sent, 0 standing for a file in one piece.
  private final Map<Integer, LongConsumer> meters = new HashMap<>();

  LfsObject(PlannedFile.Large large, LfsTransfer.Means means, Meter meter) {
    this.large = large;
    this.means = means;
    this.meter = meter;
  }

  /// @param first what the hub has said so far
  void send(LfsAction first) throws IOException, InterruptedException {
    try (PartJournal journal = journal(first)) {
      LfsAction action = first;
      int failures = 0;
      while (true) {
        int arrived = journal.tags().size();
        try {
          carryOut(action, journal);
          journal.finish();
          return;
        } catch (HubUnreachable e) {
          if (!(action instanceof Whole)) {
            throw e; // parts have been tried again already
          }
          failures++;
          giveUpOrWait(failures, e.what(), e.after(failures), Backoff.pause(failures - 1));
        } catch (StorageRefusal e) {
          failures = journal.tags().size() > arrived ? 1 : failures + 1;
          if (!isWorthAnother(e, action, failures)) {
            throw e;
          }
          journal.expire();
          giveUpOrWait(failures, e.what(), e, pause(e, failures));
        }
        action = means.batch().ask(large);
      }
    }
  }

  private PartJournal journal(LfsAction first) throws IOException {
    return switch (first) {
      case Parts parts -> means.journals().open(means.place(), large);
      case LfsAction.Stored stored -> {
        means.journals().forget(means.place(), large.oid());
        yield PartJournal.inMemory();
      }
      case Whole whole -> PartJournal.inMemory();
    };
  }

  private static boolean isWorthAnother(StorageRefusal e, LfsAction action, int failures) {
    boolean again =
        switch (action) {
          case LfsAction.Stored stored -> false;
          case Whole whole -> e.answer().isTransient();
          // Perhaps joined already; what is transient has been tried again.
          case Parts parts -> failures == 1 && !e.answer().isTransient();
        };
    return again || e.isExpiry();
  }

  private static Duration pause(StorageRefusal e, int failures) {
    return e.answer().isTransient() || failures > 1
        ? Backoff.pause(failures - 1, e.answer())
        : Duration.ZERO;
  }

  private void giveUpOrWait(int failures, String what, IOException failure, Duration wait)
      throws IOException, InterruptedException {
    if (failures > Backoff.MAX_REPEATS) {
      throw failure;
    }
    if (wait.isZero()) {
      http().observer().warn(what + "; asking where to send it now");
      return;
    }
    http().observer().warn("%s; trying again in %d s".formatted(what, wait.toSeconds()));
    http().pause(wait);
  }

  private HubHttp http() {
    return means.http();
  }

  private void carryOut(LfsAction action, PartJournal journal)
      throws IOException, InterruptedException {
    meters.values().forEach(sent -> sent.accept(0)); // an earlier attempt's
    switch (action) {
      case LfsAction.Stored stored -> sent(0).accept(large.file().size());
      case Whole whole -> {
        sendWhole(whole);
        verify(whole.verify());
      }
      case Parts offered -> {
        Parts parts = journal.goOnWith(offered);
        sendParts(parts, journal);
        join(parts, journal);
        verify(parts.verify());
      }
    }
  }

  private LongConsumer sent(int part) {
    return meters.computeIfAbsent(part, number -> meter.of(large.file().path()));
  }

  private void sendWhole(Whole whole) throws IOException, InterruptedException {
    LocalFile file = large.file();
    LongConsumer sent = sent(0);
    HubRequest request =
        HubRequest.put(
                "uploading " + file.path(),
                whole.address(),
                new FileRangeBody(file, 0, file.size(), sent),
                HubRequest.Repeat.NEVER)
            .withHeaders(whole.headers());
    means.lanes().run(() -> sendOrTakeBack(request, sent));
  }

  private void sendParts(Parts parts, PartJournal journal)
      throws IOException, InterruptedException {
    List<Lanes.Work> works = new ArrayList<>();
    for (int i = 1; i <= parts.addresses().size(); i++) {
      int number = i;
      LongConsumer sent = sent(number);
      if (journal.has(number)) {
        sent.accept(parts.length(number, large.file().size()));
      } else {
        works.add(() -> means.lanes().run(() -> sendPart(parts, number, sent, journal)));
      }
    }
    means.lanes().all(works);
  }

  private void sendPart(Parts parts, int number, LongConsumer sent, PartJournal journal)
      throws IOException, InterruptedException {
    LocalFile file = large.file();
    long offset = (number - 1) * parts.partBytes();
    HubRequest request =
        HubRequest.put(
            "uploading part " + number + " of " + file.path(),
            parts.addresses().get(number - 1),
            new FileRangeBody(file, offset, parts.length(number, file.size()), sent),
            HubRequest.Repeat.SAFE);
    Answer answer = sendOrTakeBack(request, sent);
    String tag =
        answer
            .header("ETag")
            .orElseThrow(() -> HubRefusal.broken(request, answer, "the storage gave no ETag"));
    journal.arrived(number, tag);
  }

  /// What did not arrive does not count as sent.
  private Answer sendOrTakeBack(HubRequest request, LongConsumer sent)
      throws IOException, InterruptedException {
    boolean arrived = false;
    try {
      Answer answer = http().require(request);
      arrived = true;
      return answer;
    } finally {
      if (!arrived) {
        sent.accept(0);
      }
    }
  }

  private void join(Parts parts, PartJournal journal) throws IOException, InterruptedException {
    ObjectNode json = Json.mapper().createObjectNode().put("oid", large.oid());
    ArrayNode list = json.putArray("parts");
    journal
        .tags()
        .forEach((number, tag) -> list.addObject().put("partNumber", number).put("etag", tag));
    http()
        .require(
            HubRequest.post(
                    "joining the parts of " + large.file().path(),
                    parts.join(),
                    LfsBatch.LFS,
                    json,
                    HubRequest.Repeat.SAFE)
                .withHeaders(Headers.of("Accept", LfsBatch.LFS.toString()))
                .signedByAddress());
  }

  private void verify(Optional<HttpUrl> address) throws IOException, InterruptedException {
    if (address.isPresent()) {
      ObjectNode json =
          Json.mapper().createObjectNode().put("oid", large.oid()).put("size", large.file().size());
      http()
          .require(
              HubRequest.post(
                  "verifying " + large.file().path(), address.get(), json, HubRequest.Repeat.SAFE));
    }
  }
}
