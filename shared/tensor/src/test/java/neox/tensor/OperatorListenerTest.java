package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class OperatorListenerTest {
  private final List<String> heard = new ArrayList<>();

  private final OperatorListener.Listener listener =
      new OperatorListener.Listener() {
        @Override
        public void began(OperatorListener.Kind kind, String name) {
          heard.add(kind + " " + name);
        }

        @Override
        public void ended() {
          heard.add("end");
        }
      };

  @Test
  void hearsOfEachOperatorUntilItIsClosed() {
    try (var _ = Scope.open();
        var _ = OperatorListener.to(listener)) {
      torch.ones(2, 2).mm(torch.ones(2, 2));
    }
    assertThat(heard).contains("OPERATOR aten::ones", "OPERATOR aten::mm");
    assertThat(heard.stream().filter("end"::equals)).hasSize(heard.size() / 2);
    int before = heard.size();
    try (var _ = Scope.open()) {
      torch.ones(2, 2);
    }
    assertThat(heard).hasSize(before);
  }

  @Test
  void hearsOfTheNodesOfABackwardPass() {
    try (var _ = Scope.open()) {
      Tensor x = torch.ones(2, 2);
      x.set_requires_grad(true);
      Tensor loss = x.mm(x).sum();
      try (var _ = OperatorListener.to(listener)) {
        loss.backward();
      }
    }
    assertThat(heard).contains("BACKWARD MmBackward0", "OPERATOR aten::mm");
  }

  @Test
  void anOperatorThatFailsHasEndedToo() {
    try (var _ = Scope.open();
        var _ = OperatorListener.to(listener)) {
      torch.ones(2, 3).mm(torch.ones(2, 3));
    } catch (RuntimeException e) {
      assertThat(e).hasMessageContaining("cannot be multiplied");
    }
    assertThat(heard.getLast()).isEqualTo("end");
    assertThat(heard.stream().filter("end"::equals)).hasSize(heard.size() / 2);
  }
}
