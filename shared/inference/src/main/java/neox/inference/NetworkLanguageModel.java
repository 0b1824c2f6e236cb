package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.model.Network;
import neox.model.Pass;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A [LanguageModel] that computes with a network, which it owns. Not thread-safe.
///
/// Requests are batched by length, longest first, padded on the right: no token sees what comes
/// after it, so padding changes nothing. Equal inputs pass through the network once.
public final class NetworkLanguageModel implements LanguageModel {
  /// Positions whose logits are computed together: their memory is this times V numbers.
  private static final int POSITIONS_PER_PROJECTION = 512;

  private final Network network;
  private final int maxLength;

  public NetworkLanguageModel(Network network) {
    this.network = network;
    this.maxLength = network.config().maxPositionEmbeddings();
  }

  /// The network behind it, which lives as long as this object.
  public Network network() {
    return network;
  }

  @Override
  public int vocabSize() {
    return network.paddedVocab();
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public int[] greedy(int[] context, int maxNewTokens, IntPredicate stop) {
    return TextGenerator.of(network, Sampler.greedy(), maxLength)
        .generate(context, maxNewTokens, stop);
  }

  @Override
  public List<Score> score(List<ScoreRequest> requests, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batches have at least one row, not " + batchSize);
    }
    requests.forEach(this::checkFits);
    Score[] scores = new Score[requests.size()];
    List<List<Integer>> rows = groupByInput(requests);
    for (int from = 0; from < rows.size(); from += batchSize) {
      List<List<Integer>> batch = rows.subList(from, Math.min(rows.size(), from + batchSize));
      scoreBatch(requests, batch, scores);
    }
    return List.of(scores);
  }

  private void checkFits(ScoreRequest request) {
    if (request.input().length > maxLength) {
      throw UserException.of(
          "an input of %d tokens does not fit the model's %d", request.input().length, maxLength);
    }
    for (int token : request.input()) {
      checkToken(token);
    }
    for (int token : request.targets()) {
      checkToken(token);
    }
  }

  private void checkToken(int token) {
    if (token < 0 || token >= vocabSize()) {
      throw UserException.of(
          "token %d is not in the model's vocabulary of %d; is this its tokenizer?",
          token, vocabSize());
    }
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
    try (NoGradGuard _ = new NoGradGuard();
        var _ = Scope.open()) {
      int longest = requests.get(rows.getFirst().getFirst()).input().length;
      int[][] inputs = new int[rows.size()][];
      for (int row = 0; row < inputs.length; row++) {
        inputs[row] =
            Arrays.copyOf(requests.get(rows.get(row).getFirst()).input(), longest); // 0 = padding
      }
      Tensor hidden = network.hidden(TensorData.ofIds(inputs), Pass.ofEvaluation()); // [b, s, h]
      for (int row = 0; row < inputs.length; row++) {
        for (int i : rows.get(row)) {
          scores[i] = score(hidden.select(0, row), requests.get(i));
        }
      }
    }
  }

  /// @param hidden `[s, h]`, one row of the batch
  private Score score(Tensor hidden, ScoreRequest request) {
    int[] targets = request.targets();
    int first = request.input().length - targets.length;
    float[] logProbabilities = new float[targets.length];
    boolean greedy = true;
    for (int from = 0; from < targets.length; from += POSITIONS_PER_PROJECTION) {
      int to = Math.min(targets.length, from + POSITIONS_PER_PROJECTION);
      Part part = part(hidden.narrow(0, first + from, to - from), targets, from);
      System.arraycopy(part.logProbabilities(), 0, logProbabilities, from, to - from);
      greedy &= part.greedy();
    }
    float sum = 0;
    for (float logProbability : logProbabilities) {
      sum += logProbability;
    }
    return new Score(sum, greedy, logProbabilities);
  }

  @SuppressWarnings("ArrayRecordComponent") // a pair of results
  private record Part(float[] logProbabilities, boolean greedy) {}

  /// Scores `targets[from…]` after the hidden states `[p, h]`.
  private Part part(Tensor hidden, int[] targets, int from) {
    try (var _ = Scope.open()) {
      int p = Math.toIntExact(hidden.size(0));
      int[] wanted = Arrays.copyOfRange(targets, from, from + p);
      Tensor target = TensorData.ofIds(new int[][] {wanted}).view(p, 1);
      Tensor logits = network.project(hidden.unsqueeze(0)).squeeze(0); // [p, V]
      Tensor logSoftmax = torch.log_softmax(logits, -1, new ScalarTypeOptional(ScalarType.Float));
      float[] logProbabilities = TensorData.floats(torch.gather(logSoftmax, 1, target));
      long[] best = TensorData.longs(logSoftmax.argmax(new LongOptional(-1), false));
      boolean greedy = IntStream.range(0, p).allMatch(k -> best[k] == wanted[k]);
      return new Part(logProbabilities, greedy);
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
