package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import neox.base.json.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The port that random runs are compared with computes what Python and numpy compute.
class ReferencePortTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws Exception {
    golden = Json.read(Golden.ROOT.resolve("orders/orders.json"));
  }

  @Test
  void sumsLikeNumpy() {
    for (JsonNode row : golden.get("sums")) {
      int count = row.get("count").asInt();
      int salt = row.get("salt").asInt();
      double[] values =
          IntStream.range(0, count)
              .mapToDouble(k -> ((k * 31 + salt * 17) % 97 + 1) / 7.0)
              .toArray();
      double expected = Double.parseDouble(row.get("sum").asText());
      assertThat(ReferencePort.numpySum(values, 0, count)).isEqualTo(expected);
      assertThat(FloatSums.ofNumpy(values)).isEqualTo(expected);
    }
  }

  @Test
  void shufflesLikeNumpy() {
    for (JsonNode row : golden.get("shuffles")) {
      var state = new ReferencePort.RandomState(row.get("seed").asLong());
      for (String[] names : new String[][] {{"first", "documents"}, {"second", "samples"}}) {
        long[] values = LongStream.range(0, row.get(names[0]).asLong()).toArray();
        state.shuffle(values);
        assertThat(checksum(values)).isEqualTo(row.get(names[1]).asText());
      }
    }
  }

  @Test
  void blendsLikePythonAndNumpy() {
    for (JsonNode row : golden.get("blends")) {
      double[] normalized = ReferencePort.normalize(doubles(row.get("weights")));
      long samples = row.get("samples").asLong();
      assertThat(checksum(Arrays.stream(normalized).mapToLong(Double::doubleToLongBits).toArray()))
          .isEqualTo(row.get("normalized").asText());
      long[] requests =
          Arrays.stream(normalized).mapToLong(w -> ReferencePort.request(w, samples)).toArray();
      assertThat(checksum(requests)).isEqualTo(row.get("requests").asText());
      int[] order = ReferencePort.blend(normalized, 500);
      assertThat(checksum(Arrays.stream(order).asLongStream().toArray()))
          .isEqualTo(row.get("order").asText());
    }
  }

  @Test
  void weighsDocumentsLikePython() {
    for (JsonNode row : golden.get("documents")) {
      long[] documents = new long[row.get("documents").size()];
      Arrays.setAll(documents, d -> row.get("documents").get(d).asLong());
      double alpha = row.get("alpha").asDouble();
      double[] expected = doubles(row.get("weights"));
      assertThat(ReferencePort.byDocuments(documents, alpha)).containsExactly(expected);
      assertThat(BlendWeights.ofDocuments(documents, alpha))
          .containsExactly(ReferencePort.normalize(expected));
    }
  }

  @Test
  void splitsLikePython() {
    for (JsonNode row : golden.get("splits")) {
      long[] bounds = ReferencePort.split(row.get("split").asText(), row.get("size").asLong());
      long[] expected = new long[bounds.length];
      Arrays.setAll(expected, i -> row.get("bounds").get(i).asLong());
      assertThat(bounds).containsExactly(expected);
    }
  }

  @Test
  void ordersLikeNumpy() {
    for (JsonNode row : golden.get("orders")) {
      int[][] documents = new int[row.get("sizes").size()][];
      Arrays.setAll(documents, d -> new int[row.get("sizes").get(d).asInt()]);
      ReferencePort.Order order =
          ReferencePort.packed(
              List.of(documents),
              0,
              row.get("last").asInt(),
              OptionalLong.of(row.get("samples").asLong()),
              row.get("length").asInt(),
              row.get("seed").asLong());
      assertThat(checksum(order.documents())).isEqualTo(row.get("documents").asText());
      assertThat(checksum(order.shuffle())).isEqualTo(row.get("shuffle").asText());
      long[] starts = order.starts().stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
      assertThat(checksum(starts)).isEqualTo(row.get("starts").asText());
    }
  }

  private static double[] doubles(JsonNode array) {
    double[] result = new double[array.size()];
    Arrays.setAll(result, i -> Double.parseDouble(array.get(i).asText()));
    return result;
  }

  private static String checksum(long[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return "%08x".formatted(crc.getValue());
  }
}
