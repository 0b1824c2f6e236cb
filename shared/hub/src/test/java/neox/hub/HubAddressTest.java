package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import neox.base.UserException;
import org.junit.jupiter.api.Test;

class HubAddressTest {
  @Test
  void readsAddressesOfAHub() {
    assertThat(HubAddress.parse("hf://datasets/o/n"))
        .isEqualTo(new HubAddress(RepoKind.DATASET, RepoId.parse("o/n"), "main", ""));
    HubAddress full = HubAddress.parse("hf://datasets/o/n@refs%2Fpr%2F1/a/b*/c.jsonl");
    assertThat(full.revision()).isEqualTo("refs/pr/1");
    assertThat(full.path()).isEqualTo("a/b*/c.jsonl");
    assertThat(full.folder()).isEqualTo("a");
    assertThat(HubAddress.parse("hf://o/n/en/f.txt").folder()).isEqualTo("en");
    assertThat(HubAddress.parse("hf://o/n/en/")).hasToString("hf://o/n/en");
    assertThatThrownBy(() -> HubAddress.parse("hf://datasets/n"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("hf://datasets/n: expected hf://datasets/OWNER/NAME");
  }
}
