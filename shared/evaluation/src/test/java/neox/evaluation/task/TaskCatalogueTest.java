package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import neox.base.UserException;
import org.junit.jupiter.api.Test;

class TaskCatalogueTest {
  private static List<String> find(String... names) {
    return TaskCatalogue.builtIn().find(List.of(names)).stream().map(Task::name).toList();
  }

  @Test
  void findsNamesAndPatternsInTheOrderAskedFor() {
    assertThat(find("sciq", "*i*q*", "piqa")).containsExactly("sciq", "piqa");
    assertThat(find("[ps]*q?")).containsExactly("piqa");
    assertThat(find("[!p]*q")).containsExactly("sciq");
    assertThat(find("*")).hasSize(5);
  }

  @Test
  void reportsEveryUnknownNameWithTheNearestOne() {
    assertThatThrownBy(() -> find("arc-easy", "sciq", "quantum_tennis_x"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            """
            unknown task 'arc-easy'; did you mean 'arc_easy'? (--tasks list shows all)
            unknown task 'quantum_tennis_x' (--tasks list shows all)\
            """);
  }
}
