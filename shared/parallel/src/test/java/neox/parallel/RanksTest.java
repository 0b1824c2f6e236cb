package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import neox.parallel.Topology.Coordinates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RanksTest {
  @Test
  void oneRankIsFirstAndLastOfEverything() {
    try (Ranks ranks = Ranks.single()) {
      assertThat(ranks.topology()).isEqualTo(Topology.single());
      assertThat(ranks.at()).isEqualTo(new Coordinates(0, 0, 0));
      assertThat(ranks.isFirstOfAll()).isTrue();
      assertThat(ranks.isFirstStage()).isTrue();
      assertThat(ranks.isLastStage()).isTrue();
      assertThat(ranks.isFirstReplica()).isTrue();
      assertThat(ranks.tensorParallel()).isEqualTo(TensorParallel.single());
    }
  }

  @Test
  void everyGroupHasTheRanksThatTheTopologySays() {
    for (Topology grid :
        List.of(
            new Topology(1, 1, 1),
            new Topology(1, 2, 2),
            new Topology(2, 1, 2),
            new Topology(2, 2, 1),
            new Topology(2, 2, 2))) {
      Ranks.runInProcess(grid, GroupMembers::check);
    }
  }

  @Test
  void theEndsOfEachAxisKnowThemselves() {
    Topology grid = new Topology(2, 2, 2);
    Set<Integer> firstStage = Collections.synchronizedSet(new TreeSet<>());
    Set<Integer> lastStage = Collections.synchronizedSet(new TreeSet<>());
    Set<Integer> firstOfAll = Collections.synchronizedSet(new TreeSet<>());
    Set<Integer> firstReplica = Collections.synchronizedSet(new TreeSet<>());
    Set<String> threads = Collections.synchronizedSet(new TreeSet<>());
    Ranks.runInProcess(
        grid,
        ranks -> {
          note(ranks.isFirstStage(), firstStage, ranks);
          note(ranks.isLastStage(), lastStage, ranks);
          note(ranks.isFirstOfAll(), firstOfAll, ranks);
          note(ranks.isFirstReplica(), firstReplica, ranks);
          threads.add(Thread.currentThread().getName());
        });
    assertThat(firstStage).containsExactly(0, 1, 2, 3);
    assertThat(lastStage).containsExactly(4, 5, 6, 7);
    assertThat(firstOfAll).containsExactly(0);
    assertThat(firstReplica).containsExactly(0, 1, 4, 5);
    assertThat(threads).hasSize(8).contains("rank 5 (pipe 1, data 0, tensor 1)");
  }

  private static void note(boolean condition, Set<Integer> set, Ranks ranks) {
    if (condition) {
      set.add(ranks.rank());
    }
  }
}
