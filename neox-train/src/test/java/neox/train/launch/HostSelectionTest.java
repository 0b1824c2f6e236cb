package neox.train.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import neox.config.LaunchConfig.Hosts;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSelectionTest {
  private static Resources all() {
    SequencedMap<String, List<Integer>> slots = new LinkedHashMap<>();
    slots.put("a", List.of(0, 1, 2, 3));
    slots.put("b", List.of(0, 1));
    return new Resources(slots);
  }

  /// As DeepSpeed's parse_resource_filter: exclusions add up, the last inclusion holds.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''        | a:0@a:1   | {a=[2, 3], b=[0, 1]}
          ''        | a:0,2@b   | {a=[1, 3]}
          ''        | a@a:1     | {b=[0, 1]}
          ''        | a:1@b:0@a | {b=[1]}
          a:0@a:1,2 | ''        | {a=[1, 2]}
          """)
  void aHostMayBeNamedTwice(String include, String exclude, String left) {
    Hosts hosts =
        new Hosts(Optional.empty(), include, exclude, OptionalInt.empty(), OptionalInt.empty());
    assertThat(new HostSelection(hosts, _ -> {}).of(all()).slots()).hasToString(left);
  }
}
