package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.HistogramProto;
import org.tensorflow.proto.SessionLog;

class TensorBoardEventsTest {
  @TempDir Path directory;

  @Test
  void framesARecordLikeTensorFlow() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TensorBoardEvents.writeRecord(out, "abc".getBytes(StandardCharsets.US_ASCII));
    // From tensorboard 2.21's RecordWriter for the same payload.
    assertThat(out.toByteArray()).asHexString().isEqualTo("0300000000000000B099490E6162636E57F121");
  }

  @Test
  void writesScalarsAndTextsInOrder() throws IOException {
    try (MetricSink sink = TensorBoardEvents.open(directory, 0)) {
      sink.scalar("train/lm_loss", 2.5, 7);
      sink.text("configuration", "größe: 1");
    }
    List<Event> events = readOnlyFile();
    assertThat(events).hasSize(4);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(2).getStep()).isEqualTo(7);
    assertThat(events.get(2).getSummary().getValue(0).getTag()).isEqualTo("train/lm_loss");
    assertThat(events.get(2).getSummary().getValue(0).getSimpleValue()).isEqualTo(2.5f);
    var text = events.get(3).getSummary().getValue(0);
    assertThat(text.getTag()).isEqualTo("configuration/text_summary");
    assertThat(text.getMetadata().getPluginData().getPluginName()).isEqualTo("text");
    assertThat(text.getTensor().getStringVal(0).toStringUtf8()).isEqualTo("größe: 1");
  }

  @Test
  void writesHistogramsWithTheirLimits() throws IOException {
    try (MetricSink sink = TensorBoardEvents.open(directory, 0)) {
      sink.histogram(
          "gradients/w", new Histogram(-1, 2, 3, 5.5, List.of(0.0, 2.5), List.of(1L, 2L)), 4);
    }
    Event event = readOnlyFile().get(2);
    assertThat(event.getStep()).isEqualTo(4);
    assertThat(event.getSummary().getValue(0).getTag()).isEqualTo("gradients/w");
    HistogramProto histogram = event.getSummary().getValue(0).getHisto();
    assertThat(histogram.getNum()).isEqualTo(3);
    assertThat(histogram.getSumSquares()).isEqualTo(5.5);
    assertThat(histogram.getBucketLimitList()).containsExactly(0.0, 2.5);
    assertThat(histogram.getBucketList()).containsExactly(1.0, 2.0);
  }

  @Test
  void framesTheRunForTheTableOfHyperparameters() throws IOException {
    try (MetricSink sink = TensorBoardEvents.open(directory, 0)) {
      sink.settings(Map.of("seq_length", 64), List.of("train/lm_loss"));
      sink.scalar("train/lm_loss", 2.5, 1);
    }
    List<Event> events = readOnlyFile();
    assertThat(events.stream().skip(2).map(event -> event.getSummary().getValue(0).getTag()))
        .containsExactly(
            "seq_length/text_summary",
            "_hparams_/experiment",
            "_hparams_/session_start_info",
            "train/lm_loss",
            "_hparams_/session_end_info");
    var plugin = events.get(4).getSummary().getValue(0).getMetadata().getPluginData();
    assertThat(plugin.getPluginName()).isEqualTo("hparams");
    assertThat(plugin.getContent().toStringUtf8()).contains("seq_length");
  }

  @Test
  void tellsTensorBoardFromWhereOlderStepsAreVoid() throws IOException {
    TensorBoardEvents.open(directory, 10).close();
    Event restart = readOnlyFile().get(1);
    assertThat(restart.getStep()).isEqualTo(11);
    assertThat(restart.getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
  }

  @Test
  void twoRunsInOneSecondWriteTwoFiles() throws IOException {
    TensorBoardEvents.open(directory, 0).close();
    TensorBoardEvents.open(directory, 0).close();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  private List<Event> readOnlyFile() throws IOException {
    Path file;
    try (Stream<Path> files = Files.list(directory)) {
      file = files.findFirst().orElseThrow();
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] record = new byte[Math.toIntExact(bytes.getLong())];
      bytes.getInt();
      bytes.get(record);
      assertThat(bytes.getInt()).isEqualTo(TensorBoardEvents.maskedCrc(record));
      events.add(Event.parseFrom(record));
    }
    return events;
  }
}
