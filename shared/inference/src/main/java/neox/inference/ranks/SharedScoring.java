package neox.inference.ranks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.inference.NetworkLanguageModel;
import neox.inference.Score;
import neox.inference.ScoreRequest;
import neox.inference.ranks.Call.Scoring;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Scores that the last stage of each replica comes to, on every rank.
///
/// @param own computes with this rank's part of the network
/// @param stages the ranks that hold the other layers
/// @param replicas the ranks that hold the same layers and answer other requests
record SharedScoring(NetworkLanguageModel own, Communicator stages, Communicator replicas) {
  private static final int BEFORE_TOKENS = 1; // whether all are the likeliest

  /// The scores of all requests; all ranks call this together.
  List<Score> score(Scoring call) {
    List<ScoreRequest> requests = call.requests();
    int[] places = places(requests);
    float[] numbers = new float[places[requests.size()]];
    int first = firstOf(replicas.rank(), requests.size());
    int end = firstOf(replicas.rank() + 1, requests.size());
    own.score(
        requests.subList(first, end).iterator(),
        call.batch(),
        (i, score) -> write(score, numbers, places[first + i]));
    float[] all = summed(numbers);
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      scores.add(read(all, places[i], places[i + 1]));
    }
    return scores;
  }

  /// Neighbours stay together: they begin alike.
  private int firstOf(int replica, int requests) {
    return Math.toIntExact((long) requests * replica / replicas.size());
  }

  /// Where the numbers of each request begin.
  private static int[] places(List<ScoreRequest> requests) {
    int[] places = new int[requests.size() + 1];
    for (int i = 0; i < requests.size(); i++) {
      places[i + 1] = places[i] + BEFORE_TOKENS + requests.get(i).targets().length;
    }
    return places;
  }

  /// Only the last stage has anything to say.
  private void write(Score score, float[] numbers, int from) {
    if (stages.isLast()) {
      numbers[from] = score.greedy() ? 1 : 0;
      float[] each = score.tokenLogLikelihoods();
      System.arraycopy(each, 0, numbers, from + BEFORE_TOKENS, each.length);
    }
  }

  private static Score read(float[] numbers, int from, int to) {
    return Score.of(numbers[from] == 1, Arrays.copyOfRange(numbers, from + BEFORE_TOKENS, to));
  }

  /// One term of each sum is a number, the others are zero.
  private float[] summed(float[] numbers) {
    if (numbers.length == 0 || (stages.isAlone() && replicas.isAlone())) {
      return numbers;
    }
    try (var _ = Scope.open()) {
      Tensor sum = Placement.cpu(ScalarType.Float).floats(numbers, numbers.length);
      stages.allReduce(sum, Reduction.SUM);
      replicas.allReduce(sum, Reduction.SUM);
      return TensorData.floats(sum);
    }
  }
}
