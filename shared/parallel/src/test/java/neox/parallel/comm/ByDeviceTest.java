package neox.parallel.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import org.junit.jupiter.api.Test;

/// What goes to a GPU's side needs a GPU, and is tried by `benchmarks/gpu/run.sh`.
class ByDeviceTest {
  @Test
  void everythingInMainMemoryGoesOverTheHost() throws Exception {
    List<Communicator> broken = new InProcess(Duration.ofSeconds(1)).group("gpu", List.of(0, 1));
    broken.forEach(Communicator::close); // so that whatever goes there fails
    Ranks.runInProcess(
        new Topology(1, 2, 1),
        ranks -> {
          Communicator both = new ByDevice(ranks.data(), broken.get(ranks.data().rank()));
          Verbs.check(both);
          assertThat(both.rank()).isEqualTo(ranks.data().rank());
          assertThat(both.size()).isEqualTo(2);
        });
  }

  @Test
  void closingClosesBothSides() {
    List<Communicator> host = new InProcess(Duration.ofSeconds(1)).group("host", List.of(0, 1));
    List<Communicator> gpu = new InProcess(Duration.ofSeconds(1)).group("gpu", List.of(0, 1));
    new ByDevice(host.getFirst(), gpu.getFirst()).close();
    assertThatThrownBy(host.getLast()::barrier).hasMessageContaining("left the group");
    assertThatThrownBy(gpu.getLast()::barrier).hasMessageContaining("left the group");
  }

  @Test
  void thePlacesOnBothSidesAreTheSame() {
    List<Communicator> group = new InProcess(Duration.ofSeconds(1)).group("host", List.of(0, 1));
    assertThatThrownBy(() -> new ByDevice(group.getFirst(), group.getLast()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("are not the same place");
  }
}
