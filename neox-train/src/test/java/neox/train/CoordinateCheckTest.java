package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import neox.base.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoordinateCheckTest {
  private static final Path GOLDEN = TrainFixture.GOLDEN.resolve("MU_train");

  @TempDir Path directory;

  /// From width 32 to 256, after 3 steps.
  @Test
  void activationsStayAsLargeWithThePaperAndGrowWithoutMuP() {
    TrainFixture.Result result =
        run(Map.of("coord_check", "true", "mup_rules", "paper", "num_layers", "2"));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    Map<String, Double> sizes = new HashMap<>();
    List<String> lines = result.out().lines().toList();
    for (String line : lines.subList(1, lines.size())) {
      int value = line.lastIndexOf(' ');
      sizes.put(
          line.substring(0, value).strip().replaceAll(" +", " "),
          Double.parseDouble(line.substring(value + 1)));
    }
    assertThat(sizes).hasSize(2 * 4 * 4 * 4); // kinds, widths, steps, layers
    assertThat(growth(sizes, "up", "block 1")).isBetween(0.9, 1.1);
    assertThat(growth(sizes, "sp", "block 1")).isGreaterThan(1.3);
    for (String kind : List.of("up", "sp")) {
      Path svg = directory.resolve("coord_check_" + kind + ".0.svg");
      assertThat(result.err()).contains("drawn: " + svg);
      assertThat(svg).content().startsWith("<svg ").contains(">hidden_size<", ">block 1<");
    }
  }

  private static double growth(Map<String, Double> sizes, String kind, String layer) {
    return Objects.requireNonNull(sizes.get(kind + " 256 3 " + layer))
        / Objects.requireNonNull(sizes.get(kind + " 32 3 " + layer));
  }

  @Test
  void needsMuP() {
    TrainFixture.Result result = run(Map.of("coord_check", "true", "use_mup", "false"));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains("coord_check: expected use_mup: true, whose scaling it checks");
  }

  private TrainFixture.Result run(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.put("base_shapes_file", GOLDEN.resolve("base_shapes").toString());
    all.put("log_dir", directory.toString());
    return TrainFixture.run(TrainFixture.arguments(GOLDEN.resolve("config.yml"), all));
  }
}
