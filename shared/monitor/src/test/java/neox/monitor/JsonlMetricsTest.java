package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlMetricsTest {
  @TempDir Path directory;

  @Test
  void writesOneLinePerStep() throws IOException {
    Path file = directory.resolve("deep/metrics.jsonl");
    try (MetricSink sink = JsonlMetrics.open(file, 0)) {
      sink.text("configuration", "a: 1\n");
      sink.scalar("train/lm_loss", 2.5, 1);
      sink.scalar("train/learning_rate", 0.001, 1);
      sink.scalar("train/lm_loss", Double.NaN, 2);
    }
    assertThat(file)
        .hasContent(
            """
            {"name":"configuration","text":"a: 1\\n"}
            {"step":1,"train/lm_loss":2.5,"train/learning_rate":0.001}
            {"step":2,"train/lm_loss":"NaN"}
            """);
  }

  @Test
  void flushedLinesAreOnDiskBeforeClose() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    try (MetricSink sink = JsonlMetrics.open(file, 0)) {
      sink.scalar("x", 1, 1);
      assertThat(file).isEmptyFile();
      sink.flush();
      assertThat(file).hasContent("{\"step\":1,\"x\":1.0}\n");
    }
  }

  @Test
  void resumingRemovesLaterStepsAndTheTornLine() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    Files.writeString(
        file,
        """
        {"name":"configuration","text":"old"}
        {"step":9,"x":1.0}
        {"step":10,"x":2.0}
        {"step":10,"validation/x":3.0}
        {"step":11,"x":4.0}
        {"step":12,"x":\
        """);
    try (MetricSink sink = JsonlMetrics.open(file, 10)) {
      sink.scalar("x", 40, 11);
    }
    assertThat(file)
        .hasContent(
            """
            {"step":9,"x":1.0}
            {"step":10,"x":2.0}
            {"step":10,"validation/x":3.0}
            {"step":11,"x":40.0}
            """);
    assertThat(directory.resolve("metrics.replaced.jsonl")).hasContent("{\"step\":11,\"x\":4.0}\n");
  }

  @Test
  void tellsWhatTheStepHoldsAfterWhichARunContinues() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    Files.writeString(
        file,
        """
        {"step":9,"y":1.0}
        {"step":10,"x":2.0}
        {"step":10,"x":3.0,"z":4.0}
        {"step":11,"y":4.0}
        """);
    try (JsonlMetrics sink = JsonlMetrics.open(file, 10)) {
      assertThat(sink.past().count("x")).isEqualTo(2);
      assertThat(sink.past().count("y")).isZero();
      assertThat(sink.past().count("z")).isOne();
    }
  }

  @Test
  void aFreshRunStartsAnEmptyFile() throws IOException {
    Path file = directory.resolve("metrics.jsonl");
    Files.writeString(file, "{\"step\":1,\"x\":1.0}\n");
    JsonlMetrics.open(file, 0).close();
    assertThat(file).isEmptyFile();
  }
}
