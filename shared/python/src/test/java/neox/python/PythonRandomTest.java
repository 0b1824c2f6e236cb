package neox.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

class PythonRandomTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/random/sequences.json");

  @Test
  void drawsWhatCPythonDraws() throws IOException {
    int calls = 0;
    for (JsonNode sequence : Json.read(GOLDEN).get("seqs")) {
      PythonRandom random = new PythonRandom(sequence.get("seed").bigIntegerValue());
      for (JsonNode call : sequence.get("calls")) {
        String name = call.at("/call/0").asText();
        if (name.equals("shuffle")) { // not ported; the last call of its sequence
          continue;
        }
        assertThat(draw(random, name, call.get("call")))
            .as("seed %s: %s", sequence.get("seed"), call.get("call"))
            .isEqualTo(numbers(call.get("value")));
        calls++;
      }
    }
    assertThat(calls).isGreaterThan(30);
  }

  private static List<Double> draw(PythonRandom random, String name, JsonNode call) {
    int first = call.get(1).asInt();
    int second = call.path(2).asInt();
    double[] drawn =
        switch (name) {
          case "sample" -> IntStream.of(random.sample(first, second)).asDoubleStream().toArray();
          case "random" -> generate(first, random::random);
          case "getrandbits" ->
              generate(second, () -> Integer.toUnsignedLong(random.nextBits() >>> (32 - first)));
          case "randbelow" -> generate(second, () -> random.below(first));
          case "choices" -> {
            int[] out = new int[second];
            random.choices(first, out);
            yield IntStream.of(out).asDoubleStream().toArray();
          }
          default -> throw new AssertionError(name);
        };
    List<Double> list = new ArrayList<>();
    for (double value : drawn) {
      list.add(value);
    }
    return list;
  }

  private static double[] generate(int count, java.util.function.DoubleSupplier supplier) {
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      out[i] = supplier.getAsDouble();
    }
    return out;
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> list = new ArrayList<>();
    array.forEach(item -> list.add(item.asDouble()));
    return list;
  }

  @Test
  void aSampleHoldsEachIndexOnce() {
    for (int population = 1; population < 120; population++) {
      int[] all = new PythonRandom(population).sample(population, population);
      assertThat(IntStream.of(all).distinct().count()).isEqualTo(population);
    }
  }

  @Test
  void refusesToSampleMoreThanThereIs() {
    assertThatThrownBy(() -> new PythonRandom(1).sample(2, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
