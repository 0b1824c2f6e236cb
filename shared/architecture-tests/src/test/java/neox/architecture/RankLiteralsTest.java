package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankLiteralsTest {
  /// Everything that computes with ranks, but the module where they are numbers.
  private static final List<String> MODULES =
      List.of(
          "shared/model",
          "shared/inference",
          "shared/evaluation",
          "neox-train",
          "neox-generate",
          "neox-eval");

  @Test
  void nobodyButTheRanksThemselvesCountsRanks() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> files =
          Files.walk(ArchitecturePage.ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          RankLiterals.in(Files.readString(file))
              .forEach(literal -> found.add(file.getFileName() + ": " + literal));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "if (ranks.tensor().rank() == 0) {",
        "if (tp.size() == 1 && small)",
        "boolean several = ranks.world().size() > 1;",
        "return stage == 0;",
        "new Topology(1, 1, 1)",
        "PipelineSchedule.oneForwardOneBackward(0, 1, microBatches)",
        "StageRunner.of(stage, link, 0, 1)",
        "new BatchSource(samples, microBatch,\n    0, 1)"
      })
  void findsTheLiteral(String source) {
    assertThat(RankLiterals.in(source)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "if (ranks.tensor().isFirst()) {",
        "if (files.size() == 1) {",
        "new BatchSource(samples, microBatch, replicas.rank(), replicas.size())",
        "Topology.single()"
      })
  void leavesEverythingElse(String source) {
    assertThat(RankLiterals.in(source)).isEmpty();
  }
}
