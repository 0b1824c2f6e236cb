package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Scores with a network of which other ranks hold parts: in batches of whole inputs, longest first,
/// padded on the right: no token sees what comes after it, so padding changes nothing. Equal inputs
/// pass through the network once.
record RowScorer(Network network) {
  /// Positions whose logits are computed together: their memory is this times V numbers.
  private static final int POSITIONS_PER_PROJECTION = 512;

  List<Score> score(List<ScoreRequest> requests, int batchSize) {
    Score[] scores = new Score[requests.size()];
    List<List<Integer>> rows = groupByInput(requests);
    for (int from = 0; from < rows.size(); from += batchSize) {
      List<List<Integer>> batch = rows.subList(from, Math.min(rows.size(), from + batchSize));
      scoreBatch(requests, batch, scores);
    }
    return List.of(scores);
  }

  /// Indices of the requests, those of equal input together, longest input first.
  private static List<List<Integer>> groupByInput(List<ScoreRequest> requests) {
    Comparator<Integer> longestFirst =
        Comparator.<Integer>comparingInt(i -> -requests.get(i).input().length)
            .thenComparing(i -> requests.get(i).input(), Arrays::compare);
    List<List<Integer>> groups = new ArrayList<>();
    int[] previous = {};
    for (int i : IntStream.range(0, requests.size()).boxed().sorted(longestFirst).toList()) {
      int[] input = requests.get(i).input();
      if (!Arrays.equals(previous, input)) {
        groups.add(new ArrayList<>());
        previous = input;
      }
      groups.getLast().add(i);
    }
    return groups;
  }

  private void scoreBatch(List<ScoreRequest> requests, List<List<Integer>> rows, Score[] scores) {
    try (var _ = Scope.open()) {
      int[][] inputs =
          rows.stream().map(row -> requests.get(row.getFirst()).input()).toArray(int[][]::new);
      Decoder.Rows padded = Decoder.Rows.of(inputs, network.placement());
      Tensor found = // [targets of all requests, 2]
          NetworkStage.evaluate(
              network,
              Inputs.of(padded.ids()),
              (hidden, head) -> {
                List<Tensor> each = new ArrayList<>();
                for (int row = 0; row < inputs.length; row++) {
                  for (int i : rows.get(row)) {
                    each.add(score(hidden.narrow(0, row, 1), head, requests.get(i)));
                  }
                }
                return torch.cat(new TensorVector(each.toArray(Tensor[]::new)), 0);
              });
      float[] numbers = TensorData.floats(found);
      int from = 0;
      for (List<Integer> row : rows) {
        for (int i : row) {
          int count = requests.get(i).targets().length;
          scores[i] = score(numbers, from, count);
          from += count;
        }
      }
    }
  }

  /// Of each target log p, and 1 where it is the likeliest token: `[targets, 2]`.
  ///
  /// @param hidden `[1, s, h]`, one row of the batch
  private Tensor score(Tensor hidden, Head head, ScoreRequest request) {
    int[] targets = request.targets();
    int first = request.input().length - targets.length;
    List<Tensor> parts = new ArrayList<>();
    parts.add(network.placement().precise().zeros(0, 2));
    for (int from = 0; from < targets.length; from += POSITIONS_PER_PROJECTION) {
      int to = Math.min(targets.length, from + POSITIONS_PER_PROJECTION);
      Tensor part = hidden.narrow(1, first + from, to - from);
      int[] wanted = Arrays.copyOfRange(targets, from, to);
      parts.add(Scope.run(() -> score(part, head, wanted)));
    }
    return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
  }

  private Tensor score(Tensor hidden, Head head, int[] wanted) {
    Tensor labels = network.placement().ids(new int[][] {wanted});
    Head.TokenScores found = head.score(hidden, labels);
    Tensor greedy = found.best().eq(labels).to(ElementType.of(found.logLikelihoods()));
    return torch.stack(
        new TensorVector(found.logLikelihoods().view(-1), greedy.view(-1)), -1);
  }

  /// @param numbers pairs of log p and whether the target is the likeliest token
  private static Score score(float[] numbers, int from, int count) {
    float[] logProbabilities = new float[count];
    boolean greedy = true;
    for (int k = 0; k < count; k++) {
      logProbabilities[k] = numbers[2 * (from + k)];
      greedy &= numbers[2 * (from + k) + 1] == 1;
    }
    return Score.of(greedy, logProbabilities);
  }
}
