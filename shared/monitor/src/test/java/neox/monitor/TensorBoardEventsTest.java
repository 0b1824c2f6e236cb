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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
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
