package neox.inference;

/// Scores the last `targets.length` positions of `input`: `targets[k]` is what should follow
/// `input[input.length - targets.length + k]`.
@SuppressWarnings("ArrayRecordComponent") // plain carriers of ids, never compared
public record ScoreRequest(int[] input, int[] targets) {
  public ScoreRequest {
    if (targets.length > input.length || input.length == 0) {
      throw new IllegalArgumentException(
          targets.length + " targets need at least as many input tokens, not " + input.length);
    }
  }
}
