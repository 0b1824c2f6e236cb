package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import neox.base.UserException;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.Device;
import org.junit.jupiter.api.Test;

class PreflightTest {
  private static final Topology FOUR = new Topology(2, 1, 2);
  private static final String CONFIG =
      """
      # how it was read
      train_iters: 10  # a.yml:1
      log_dir: %s
      zero_optimization:
        stage: 1
      """;

  @Test
  void isContentWithRanksThatAreAlike() {
    Ranks.runInProcess(
        FOUR,
        ranks ->
            new Preflight(ranks, Device.CPU, "h").run(CONFIG.formatted("logs-" + ranks.rank())));
  }

  @Test
  void namesTheRankThatIsSetUpOtherwiseOnAllRanks() {
    Queue<String> told = new ConcurrentLinkedQueue<>();
    Ranks.runInProcess(
        FOUR,
        ranks -> {
          String config = CONFIG.formatted("logs");
          String own = ranks.rank() == 2 ? config.replace("stage: 1", "stage: 2 # b") : config;
          assertThatThrownBy(
                  () -> new Preflight(ranks, Device.CPU, "worker-" + ranks.rank()).run(own))
              .isInstanceOf(UserException.class)
              .satisfies(e -> told.add(e.getMessage()));
        });
    assertThat(told)
        .hasSize(4)
        .containsOnly(
            "rank 2 (worker-2) is not set up as rank 0 (worker-0): it has"
                + " 'zero_optimization.stage: 2', and not 'zero_optimization.stage: 1'; see that all"
                + " hosts have the same program and the same files");
  }

  @Test
  void comparesVersionsFirstAndLeavesOutWherePlacesAreAndWhereValuesCameFrom() {
    assertThat(Preflight.facts(CONFIG.formatted("logs")).keySet())
        .containsExactly(
            "version of neox",
            "version of Java",
            "train_iters",
            "zero_optimization",
            "zero_optimization.stage");
    assertThat(Preflight.difference(List.of("a: 1"), List.of("a: 1", "b: 2")))
        .contains("it has 'b: 2', and not 'nothing more'");
  }
}
