package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import neox.parallel.Topology.Axis;
import neox.parallel.Topology.Coordinates;
import org.junit.jupiter.api.Test;

class TopologyTest {
  private static void everySmallGrid(Consumer<Topology> check) {
    for (int pipe = 1; pipe <= 4; pipe++) {
      for (int data = 1; data <= 4; data++) {
        for (int tensor = 1; tensor <= 4; tensor++) {
          check.accept(new Topology(pipe, data, tensor));
        }
      }
    }
  }

  @Test
  void ranksAndCoordinatesAreInverseAndTheTensorAxisIsInnermost() {
    everySmallGrid(grid -> {
      int rank = 0;
      for (int p = 0; p < grid.pipe(); p++) {
        for (int d = 0; d < grid.data(); d++) {
          for (int t = 0; t < grid.tensor(); t++) {
            assertThat(grid.rank(new Coordinates(p, d, t))).isEqualTo(rank);
            assertThat(grid.coordinates(rank)).isEqualTo(new Coordinates(p, d, t));
            rank++;
          }
        }
      }
      assertThat(grid.worldSize()).isEqualTo(rank);
    });
  }

  @Test
  void everyRankIsInExactlyOneGroupOfEachAxis() {
    everySmallGrid(grid -> {
      for (Axis axis : Axis.values()) {
        List<Integer> all = grid.groups(axis).stream().flatMap(List::stream).sorted().toList();
        assertThat(all).hasSize(grid.worldSize()).doesNotHaveDuplicates();
        assertThat(grid.groups(axis)).allSatisfy(g -> assertThat(g).hasSize(grid.size(axis)));
        for (int rank = 0; rank < grid.worldSize(); rank++) {
          assertThat(grid.groups(axis)).contains(grid.group(axis, rank));
          assertThat(grid.group(axis, rank)).contains(rank);
        }
      }
    });
  }

  @Test
  void namesTheGroupsOfNeoXsEightRankExample() {
    Topology grid = new Topology(2, 2, 2);
    assertThat(grid.groups(Axis.TENSOR))
        .containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5), List.of(6, 7));
    assertThat(grid.groups(Axis.DATA))
        .containsExactly(List.of(0, 2), List.of(1, 3), List.of(4, 6), List.of(5, 7));
    assertThat(grid.groups(Axis.PIPE))
        .containsExactly(List.of(0, 4), List.of(1, 5), List.of(2, 6), List.of(3, 7));
  }

  @Test
  void refusesEmptyAxesAndRanksOutside() {
    assertThatThrownBy(() -> new Topology(1, 0, 2))
        .hasMessage("every axis has at least one rank: pipe 1, data 0, tensor 2");
    assertThatThrownBy(() -> new Topology(1, 2, 2).coordinates(4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
