package neox.monitor;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;

/// What TensorBoard's table of hyperparameters is made of: three messages of its plugin, each the
/// metadata of a summary without a value. Java has no classes for them, so their fields are written
/// by number (`tensorboard/plugins/hparams/plugin_data.proto` and `api.proto`).
final class HparamsSummaries {
  private static final String PLUGIN = "hparams";

  /// The fields of `HParamsPluginData`, which holds one of the messages.
  private static final int EXPERIMENT = 2;

  private static final int SESSION_START = 3;
  private static final int SESSION_END = 4;

  private static final int STRING = 1;
  private static final int BOOL = 2;
  private static final int FLOAT64 = 3;
  private static final int SUCCESS = 1;

  /// What stands before the first number of a run.
  ///
  /// @param settings strings, booleans and numbers
  /// @param results names of the scalars that are shown beside them
  /// @param now in seconds since 1970
  static List<Summary.Value> start(Map<String, Object> settings, List<String> results, double now) {
    byte[] experiment =
        message(out -> {
          out.writeDouble(3, now);
          for (Map.Entry<String, Object> setting : settings.entrySet()) {
            out.writeByteArray(4, hparamInfo(setting.getKey(), setting.getValue()));
          }
          for (String result : results) {
            byte[] name = message(metric -> metric.writeString(2, result));
            out.writeByteArray(5, message(info -> info.writeByteArray(1, name)));
          }
        });
    Struct.Builder values = Struct.newBuilder();
    settings.forEach((key, value) -> values.putFields(key, value(value)));
    byte[] session =
        message(out -> {
          out.writeRawBytes(values.build().toByteArray()); // field 1 of both is the same map
          out.writeDouble(5, now);
        });
    return List.of(
        summary("_hparams_/experiment", EXPERIMENT, experiment),
        summary("_hparams_/session_start_info", SESSION_START, session));
  }

  /// What stands behind the last number of a run.
  static Summary.Value end(double now) {
    byte[] session =
        message(out -> {
          out.writeEnum(1, SUCCESS);
          out.writeDouble(2, now);
        });
    return summary("_hparams_/session_end_info", SESSION_END, session);
  }

  private static byte[] hparamInfo(String key, Object value) {
    int type =
        switch (value) {
          case Boolean _ -> BOOL;
          case Number _ -> FLOAT64;
          default -> STRING;
        };
    return message(out -> {
      out.writeString(1, key);
      out.writeEnum(4, type);
    });
  }

  private static Value value(Object value) {
    Value.Builder proto = Value.newBuilder();
    return switch (value) {
      case Boolean flag -> proto.setBoolValue(flag).build();
      case Number number -> proto.setNumberValue(number.doubleValue()).build();
      default -> proto.setStringValue(value.toString()).build();
    };
  }

  private static Summary.Value summary(String tag, int field, byte[] content) {
    SummaryMetadata.PluginData plugin =
        SummaryMetadata.PluginData.newBuilder()
            .setPluginName(PLUGIN)
            .setContent(ByteString.copyFrom(message(out -> out.writeByteArray(field, content))))
            .build();
    return Summary.Value.newBuilder()
        .setTag(tag)
        .setMetadata(SummaryMetadata.newBuilder().setPluginData(plugin))
        .build();
  }

  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // into memory
    }
    return bytes.toByteArray();
  }

  private HparamsSummaries() {}
}
