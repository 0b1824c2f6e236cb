package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import neox.base.UserException;
import neox.base.slow.SlowTests;
import neox.config.table.ConfigKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a file holds, it gives a configuration or an error whose lines each name the file.
class HostileValuesTest {
  private static final List<String> VALUES =
      List.of(
          "0",
          "-1",
          "1",
          "7",
          "16777217",
          "2147483647",
          "2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1e400",
          "9e18",
          "1e-400",
          "0.5",
          "1.0000001",
          ".nan",
          ".inf",
          "010",
          "1:30",
          "0x7fffffffffffffff",
          "0xffffffffffffffffffff",
          "'5'",
          "''",
          "x",
          "\"\\0\"",
          "\"a\\nb\\e[2J\"",
          "null",
          "yes",
          "[]",
          "[1, [2, [3]]]",
          "[2147483647, -1, x]",
          "{enabled: true}",
          "{a: {b: {c: 1}}}",
          "[[[global], 2147483647]]",
          "[[[global], all], [[flash], 1073741824]]",
          "[[[], all]]",
          "%s%n%d");

  @TempDir Path directory;

  /// True when it is accepted.
  private boolean load(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("c.yml"), text);
    try {
      ConfigLoader.read(ConfigSource.of(file));
      return true;
    } catch (UserException e) {
      assertThat(e.problems()).as(text).allMatch(line -> line.startsWith(file.toString()));
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      return fail(text, e);
    }
  }

  private static String line(String key, String value) {
    int dot = key.indexOf('.');
    return dot < 0
        ? key + ": " + value + "\n"
        : key.substring(0, dot) + ": {" + line(key.substring(dot + 1), value).strip() + "}\n";
  }

  @Test
  void eachKeyWithEachValueIsAcceptedOrRefused() throws IOException {
    int step = SlowTests.areAskedFor() ? 1 : 3;
    int accepted = 0;
    int refused = 0;
    for (ConfigKey key : ConfigReference.keys()) {
      boolean number = Set.of("integer", "number").contains(key.type());
      for (int i = 0; i < VALUES.size(); i++) {
        // A third is enough where nothing is computed.
        if ((i + key.name().length()) % (number ? step : 3 * step) == 0) {
          if (load(TestConfig.text(line(key.name(), VALUES.get(i))))) {
            accepted++;
          } else {
            refused++;
          }
        }
      }
    }
    assertThat(accepted).isGreaterThan(300 / step);
    assertThat(refused).isGreaterThan(1200 / step);
  }

  @Test
  void fourKeysAtATimeAreAcceptedOrRefused() throws IOException {
    Random random = new Random(9);
    List<String> keys =
        ConfigLoader.supportedKeys().stream().filter(key -> !key.contains(".")).toList();
    for (int i = 0; i < SlowTests.rounds(150, 600); i++) {
      StringBuilder text = new StringBuilder();
      for (int k = 0; k < 4; k++) {
        String key = keys.get(random.nextInt(keys.size()));
        String value = VALUES.get(random.nextInt(VALUES.size()));
        text.append(text.indexOf(key + ":") < 0 ? line(key, value) : "");
      }
      load(TestConfig.text(text.toString()));
    }
  }

  @Test
  void mutatedFilesAreAcceptedOrRefused() throws IOException {
    Random random = new Random(9);
    String golden = Files.readString(Path.of("src/test/resources/golden/configs/A_pythia.yml"));
    String table =
        TestConfig.text("a: &a {x: 1, <<: {y: 2}}\nb: [*a, *a]\nc: |\n  x\n  y\nd: !!str 5\n");
    int mutants = Integer.getInteger("neox.mutations", 1000);
    int accepted = 0;
    for (int i = 0; i < mutants; i++) {
      String text = mutated(i % 2 == 0 ? golden : table, random);
      accepted += load(text) ? 1 : 0;
    }
    assertThat(accepted).isBetween(1, mutants - 1);
  }

  private static String mutated(String text, Random random) {
    StringBuilder mutant = new StringBuilder(text);
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(mutant.length());
      int end = Math.min(mutant.length(), at + 1 + random.nextInt(20));
      switch (random.nextInt(6)) {
        case 0 -> mutant.deleteCharAt(at);
        case 1 -> mutant.delete(at, end);
        case 2 -> mutant.insert(at, mutant.substring(at, end));
        case 3 ->
            mutant.setCharAt(at, "{}[]:,&*!|>'\"%@`#-?<\t\n\0\u001b".charAt(random.nextInt(24)));
        case 4 -> mutant.setCharAt(at, (char) random.nextInt(0x3000));
        default -> mutant.insert(at, VALUES.get(random.nextInt(VALUES.size())));
      }
    }
    return mutant.toString();
  }
}
