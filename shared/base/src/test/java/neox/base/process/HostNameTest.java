package neox.base.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostNameTest {
  /// It is part of names of files.
  @Test
  void isOneWord() {
    assertThat(HostName.here()).matches("[^\\s/]+");
  }
}
