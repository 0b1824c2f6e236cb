package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.model.position.Turn;
import neox.tensor.CustomFunction;
import neox.tensor.FlashAttention;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Causal attention of a whole text to itself, from what the projection gives to what the next one
/// takes, in float32 on a CPU: queries and keys are turned where they lie, and their gradients
/// turned back and put together where the projection's backward pass reads them. The numbers are
/// those of the same operations one by one.
///
/// Shapes: b batch, s tokens, n heads, d head dim.
final class SelfAttention {
  /// What the tokens of each row see of those before them.
  ///
  /// @param rows `[b, s, n·3·d]`: of each head its query, its key, its value. They are changed, and
  ///   must be a result that nothing else reads
  /// @param turn what positions do to queries and keys, if they do
  /// @return `[b, s, n·d]`
  static Tensor of(Tensor rows, long heads, Optional<Turn> turn) {
    long d = rows.size(2) / heads / 3;
    Heads each = Heads.of(rows.detach(), heads, d);
    FlashAttention.Result result;
    try (var _ = new NoGradGuard()) {
      turn.ifPresent(turned -> turned.forward(each.queriesAndKeys()));
      result = FlashAttention.forward(each.queries(), each.keys(), each.values());
    }
    return CustomFunction.apply(
        flat(result.output()),
        List.of(rows),
        kept(each, result, turn),
        (gradient, saved) ->
            List.of(
                Optional.of(
                    gradient(
                        gradient,
                        new Heads(saved.get(0)),
                        new FlashAttention.Result(saved.get(1), saved.get(2)),
                        saved.size() == 3
                            ? Optional.empty()
                            : Optional.of(new Turn(saved.get(3), saved.get(4)))))));
  }

  private static List<Tensor> kept(Heads heads, FlashAttention.Result result, Optional<Turn> turn) {
    List<Tensor> kept = new ArrayList<>();
    kept.addAll(List.of(heads.all(), result.output(), result.logNormalizers()));
    turn.ifPresent(each -> kept.addAll(List.of(each.cos(), each.sin())));
    return kept;
  }

  /// `[b, n, s, d]` to `[b, s, n·d]`.
  private static Tensor flat(Tensor mixed) {
    Tensor byToken = mixed.transpose(1, 2);
    return byToken.reshape(byToken.size(0), byToken.size(1), byToken.size(2) * byToken.size(3));
  }

  private static Tensor gradient(
      Tensor ofMixed, Heads heads, FlashAttention.Result result, Optional<Turn> turn) {
    Tensor shaped = ofMixed.reshape(result.output().transpose(1, 2).sizes()).transpose(1, 2);
    List<Tensor> each =
        FlashAttention.backward(shaped, heads.queries(), heads.keys(), heads.values(), result);
    Heads gradients = new Heads(torch.empty_like(heads.all()));
    gradients.queries().copy_(each.get(0));
    gradients.keys().copy_(each.get(1));
    gradients.values().copy_(each.get(2));
    turn.ifPresent(turned -> turned.backward(gradients.queriesAndKeys()));
    return gradients.all().flatten(2, 4);
  }

  /// @param all `[b, s, n, 3, d]`
  private record Heads(Tensor all) {
    static Heads of(Tensor rows, long heads, long d) {
      return new Heads(rows.view(rows.size(0), rows.size(1), heads, 3, d));
    }

    /// `[b, s, n, 2, d]`.
    Tensor queriesAndKeys() {
      return all.narrow(3, 0, 2);
    }

    Tensor queries() {
      return part(0);
    }

    Tensor keys() {
      return part(1);
    }

    Tensor values() {
      return part(2);
    }

    /// `[b, n, s, d]`.
    private Tensor part(long number) {
      return all.select(3, number).transpose(1, 2);
    }
  }

  private SelfAttention() {}
}
