package neox.train.heartbeat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// The heartbeat of a whole job, for monitors: the file [#FILE], replaced twice a second.
///
/// @param pid of the process that writes it, without which the file is a dead job's
/// @param restarts how often the ranks have been started anew
/// @param members all ranks, in order
public record JobBeat(long timeMillis, long pid, String state, int restarts, List<Member> members) {
  public static final String FILE = "heartbeat.json";

  /// The states of a job.
  public static final String RUNNING = "running";

  public static final String ENDED = "ended";

  /// One rank.
  ///
  /// @param beat its last
  public record Member(int rank, String host, Optional<Beat> beat) {
    private Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("rank", rank);
      json.put("host", host);
      beat.ifPresent(last -> {
        json.put("pid", last.pid());
        json.put("time", last.atMillis());
        json.put("phase", last.phase().words());
        json.put("iteration", last.step());
        json.put("progress_time", last.progressAtMillis());
        json.put("waiting", last.waiting());
      });
      return json;
    }
  }

  /// The rank that has come least far stands for all.
  public Optional<Beat> slowest() {
    return members.stream()
        .flatMap(member -> member.beat().stream())
        .min(Comparator.comparingLong(Beat::step).thenComparing(Beat::phase));
  }

  /// Replaces the file in a directory.
  public void write(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Path next = file.resolveSibling(FILE + ".tmp");
    NamedFiles.writeString(next, toJson() + "\n");
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /// One line of JSON; times are milliseconds since 1970.
  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("time", timeMillis);
    json.put("pid", pid);
    json.put("state", state);
    slowest()
        .ifPresent(last -> {
          json.put("iteration", last.step());
          json.put("train_iters", last.lastStep());
          json.put("phase", last.phase().words());
        });
    json.put("restarts", restarts);
    json.put("ranks", members.stream().map(Member::json).toList());
    return Json.line(json);
  }
}
