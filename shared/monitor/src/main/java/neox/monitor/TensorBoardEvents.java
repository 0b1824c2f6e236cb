package neox.monitor;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import neox.base.process.HostName;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.HistogramProto;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/// A TensorBoard event file: a sequence of `Event` protos, each framed as a TFRecord (length,
/// masked CRC-32C of the length, bytes, masked CRC-32C of the bytes).
public final class TensorBoardEvents implements MetricSink {
  /// TFRecord stores checksums rotated and offset, so that a checksum of data that holds checksums
  /// stays meaningful.
  private static final int CRC_MASK_DELTA = 0xa282ead8;

  private static final int HEADER_EVENTS = 2;

  /// What waits for a disk that is full; older events are dropped.
  private static final int MOST_PENDING = 1 << 18;

  private final BlockFile file;
  private final Clock clock;
  private final List<Event> pending = new ArrayList<>();
  private boolean hasSettings;

  private TensorBoardEvents(BlockFile file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /// Starts a new event file in `directory` for a run that continues after `lastStep` (0 for a
  /// fresh one). It tells TensorBoard to drop the later steps of the directory's older files.
  public static TensorBoardEvents open(Path directory, long lastStep) throws IOException {
    return open(directory, lastStep, Clock.systemUTC());
  }

  /// Adds an event file to a directory whose other files keep all their steps.
  public static TensorBoardEvents beside(Path directory) throws IOException {
    Clock clock = Clock.systemUTC();
    TensorBoardEvents events = new TensorBoardEvents(create(directory, clock), clock);
    events.appendVersion();
    events.flush();
    return events;
  }

  static TensorBoardEvents open(Path directory, long lastStep, Clock clock) throws IOException {
    TensorBoardEvents events = begin(create(directory, clock), lastStep, clock);
    events.flush();
    return events;
  }

  private static BlockFile create(Path directory, Clock clock) throws IOException {
    Files.createDirectories(directory);
    String name =
        "events.out.tfevents.%d.%s.%d"
            .formatted(clock.millis() / 1000, HostName.here(), ProcessHandle.current().pid());
    Path file = directory.resolve(name);
    for (int n = 1; Files.exists(file); n++) {
      file = directory.resolve(name + "." + n);
    }
    return BlockFile.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  static TensorBoardEvents begin(BlockFile file, long lastStep, Clock clock) {
    TensorBoardEvents events = new TensorBoardEvents(file, clock);
    events.appendVersion();
    SessionLog start = SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START).build();
    events.pending.add(events.event(lastStep + 1).setSessionLog(start).build());
    return events;
  }

  private void appendVersion() {
    pending.add(event(0).setFileVersion("brain.Event:2").build());
  }

  @Override
  public void scalar(String name, double value, long step) {
    Summary.Value point =
        Summary.Value.newBuilder().setTag(name).setSimpleValue((float) value).build();
    pending.add(event(step).setSummary(Summary.newBuilder().addValue(point)).build());
  }

  @Override
  public void text(String name, String value) {
    TensorProto tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(
                TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
            .addStringVal(ByteString.copyFromUtf8(value))
            .build();
    SummaryMetadata.PluginData plugin =
        SummaryMetadata.PluginData.newBuilder().setPluginName("text").build();
    Summary.Value text =
        Summary.Value.newBuilder()
            .setTag(name + "/text_summary")
            .setMetadata(SummaryMetadata.newBuilder().setPluginData(plugin))
            .setTensor(tensor)
            .build();
    pending.add(event(0).setSummary(Summary.newBuilder().addValue(text)).build());
  }

  @Override
  public void histogram(String name, Histogram histogram, long step) {
    HistogramProto.Builder proto =
        HistogramProto.newBuilder()
            .setMin(histogram.min())
            .setMax(histogram.max())
            .setNum((double) histogram.count())
            .setSum(histogram.sum())
            .setSumSquares(histogram.sumOfSquares())
            .addAllBucketLimit(histogram.limits());
    histogram.counts().forEach(proto::addBucket);
    Summary.Value value = Summary.Value.newBuilder().setTag(name).setHisto(proto).build();
    pending.add(event(step).setSummary(Summary.newBuilder().addValue(value)).build());
  }

  @Override
  public void settings(Map<String, Object> settings, List<String> results) {
    double now = clock.millis() / 1000.0;
    settings.forEach((key, value) -> text(key, value.toString()));
    for (Summary.Value value : HparamsSummaries.start(settings, results, now)) {
      pending.add(event(0).setSummary(Summary.newBuilder().addValue(value)).build());
    }
    hasSettings = true;
  }

  @Override
  public void flush() throws IOException {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (Event event : pending) {
      writeRecord(records, event.toByteArray());
    }
    try {
      file.append(records.toByteArray());
      pending.clear();
    } finally {
      forgetTheOldest();
    }
  }

  /// The first two events are what makes the file one of TensorBoard's.
  private void forgetTheOldest() {
    if (pending.size() > MOST_PENDING) {
      pending.subList(HEADER_EVENTS, pending.size() / 2).clear();
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      if (hasSettings) {
        Summary.Value end = HparamsSummaries.end(clock.millis() / 1000.0);
        pending.add(event(0).setSummary(Summary.newBuilder().addValue(end)).build());
      }
      flush();
    }
  }

  private Event.Builder event(long step) {
    return Event.newBuilder().setWallTime(clock.millis() / 1000.0).setStep(step);
  }

  static void writeRecord(OutputStream out, byte[] bytes) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(bytes.length).array();
    out.write(length);
    out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(length)).array());
    out.write(bytes);
    out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(bytes)).array());
  }

  static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
