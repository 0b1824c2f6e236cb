package neox.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import neox.base.json.Json;

/// Records of a run that never was.
final class MadeUpRun {
  /// What would become a script, a style or an end of the page if it were taken for markup.
  static final String HOSTILE =
      "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
          + "<!--<style>body{display:none}</style>&lt;\u2028'\"`${window.hacked=1}\ud83d";

  /// The same as a name, which Jackson reads of whole characters alone.
  static final String HOSTILE_NAME = HOSTILE.substring(0, HOSTILE.length() - 1);

  /// Writes all kinds of records.
  ///
  /// @param extra series of parameters
  static Path write(Path directory, int steps, int extra) throws IOException {
    Files.createDirectories(directory);
    Random random = new Random(steps);
    StringBuilder metrics = new StringBuilder();
    metrics.append(
        Json.line(row().put("name", "configuration").put("text", "num_layers: 4  # a.yml:3\n")));
    metrics.append('\n');
    for (int step = 1; step <= steps; step++) {
      ObjectNode row = row().put("step", step);
      row.put("train/lm_loss", 2 + 5 * Math.exp(-step / 300.0) + random.nextGaussian() / 20);
      row.put("train/learning_rate", 2e-3 * Math.min(1, step / 100.0));
      row.put("train/grad_norm", step == steps / 2 ? Double.NaN : 1 + random.nextDouble());
      row.put("train/tokens_seen", step * 2048L);
      row.put("runtime/tokens_per_sec", 41_000 + 900 * random.nextGaussian());
      row.put("runtime/iteration_time", 0.05 + random.nextDouble() / 1000);
      for (int i = 0; i < extra; i++) {
        row.put("gradient_norms/layers." + i + ".weight", random.nextDouble());
      }
      if (step % 100 == 0) {
        row.put("validation/lm_loss", 2.1 + 5 * Math.exp(-step / 300.0));
        row.put("validation/sciq_acc", 0.25 + step / 10_000.0);
        row.put("validation/sciq_acc_stderr", 0.04);
      }
      metrics.append(Json.line(row)).append('\n');
    }
    Files.writeString(directory.resolve("metrics.jsonl"), metrics);
    Files.writeString(
        directory.resolve("journal.jsonl"),
        """
        {"time":"2026-11-29T07:00:00Z","kind":"start","step":0,"last":%d,"environment":{"neox":"0.1.0","host":"a"}}
        {"time":"2026-11-29T07:01:00Z","kind":"warning","step":3,"text":"step 3: loss NaN"}
        {"time":"2026-11-29T07:02:00Z","kind":"end","step":%d,"code":0}
        """
            .formatted(steps, steps));
    Files.writeString(
        directory.resolve("samples.jsonl"),
        "{\"step\":100,\"prompt\":\"Once\",\"text\":\" upon a time\"}\n");
    return directory;
  }

  /// Writes records all of whose names and texts are hostile.
  static Path writeHostile(Path directory) throws IOException {
    Files.createDirectories(directory);
    ObjectNode first = row().put("step", 1).put("train/lm_loss", 1.0).put(HOSTILE_NAME, 2.0);
    first.put("validation/" + HOSTILE_NAME.replace("/", ""), 0.5);
    Files.writeString(
        directory.resolve("metrics.jsonl"),
        line(row().put("name", "configuration").put("text", HOSTILE))
            + "\n"
            + line(first)
            + "\n"
            + line(first.put("step", 2))
            + "\n");
    ObjectNode start = row().put("kind", "start").put("step", 0).put("time", HOSTILE);
    start.putObject("environment").put(HOSTILE_NAME, HOSTILE);
    ObjectNode warning = row().put("kind", "warning").put("step", HOSTILE).put("text", HOSTILE);
    ObjectNode unknown = row().put("kind", HOSTILE).put("text", HOSTILE);
    Files.writeString(
        directory.resolve("journal.jsonl"),
        line(start) + "\n" + line(warning) + "\n" + line(unknown) + "\n");
    Files.writeString(
        directory.resolve("samples.jsonl"),
        line(row().put("step", 1).put("prompt", HOSTILE).put("text", HOSTILE)) + "\n");
    return directory;
  }

  /// Half a character is no text in UTF-8, but JSON can name it.
  private static String line(ObjectNode row) {
    return Json.line(row).replace("\ud83d", "\\ud83d");
  }

  private static ObjectNode row() {
    return Json.mapper().createObjectNode();
  }

  private MadeUpRun() {}
}
