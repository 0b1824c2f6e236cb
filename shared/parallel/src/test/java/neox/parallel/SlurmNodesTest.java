package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlurmNodesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          node1                  | node1
          a,b                    | a,b
          gpu[01-03,7],login     | gpu01,gpu02,gpu03,gpu7,login
          n[9-11]                | n9,n10,n11
          r[1-2]n[1-2]           | r1n1,r1n2,r2n1,r2n2
          n[098-101]-ib          | n098-ib,n099-ib,n100-ib,n101-ib
          """)
  void spellsOutEveryName(String list, String names) {
    assertThat(SlurmNodes.expand("X", list)).containsExactly(names.split(","));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n[1-2", "n]", "n[a]", "a,,b", "n[1-99999999999]", "n[0-99999999]"})
  void refusesWhatIsNoList(String list) {
    assertThatThrownBy(() -> SlurmNodes.expand("SLURM_JOB_NODELIST", list))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "SLURM_JOB_NODELIST: expected names of hosts such as gpu[01-04],login1, found '%s'",
            list);
  }

  @Test
  void keepsTheZerosInFront() {
    assertThat(SlurmNodes.expand("X", "n[008-010]")).containsExactly("n008", "n009", "n010");
  }
}
