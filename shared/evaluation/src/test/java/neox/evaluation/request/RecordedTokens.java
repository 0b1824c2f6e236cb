package neox.evaluation.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import neox.inference.Decoding;
import neox.inference.GeneratedToken;
import neox.inference.Generation;
import neox.inference.Generation.End;
import neox.inference.GenerationRequest;
import neox.inference.GenerationSink;
import neox.inference.GenerationSink.Flow;
import neox.inference.LanguageModel;
import neox.inference.RequestSource;
import neox.inference.RequestSource.Patience;
import neox.inference.Score;
import neox.inference.ScoreRequest;
import neox.tokenizer.Tokenizer;

/// A tokenizer and a model that know what the real ones said to the golden requests, nothing else.
final class RecordedTokens {
  private final Map<String, int[]> encodings = new HashMap<>();
  private final Map<Integer, String> vocabulary = new HashMap<>(Map.of(0, "<|endoftext|>"));
  private final Map<String, Score> scores = new HashMap<>();
  private final Map<String, int[]> continuations = new HashMap<>();

  /// The inputs that were to be scored, in their order.
  final List<int[]> asked = new ArrayList<>();

  static int[] ids(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  void encoding(String text, int[] ids) {
    encodings.put(text, ids);
  }

  void word(int id, String text) {
    vocabulary.put(id, text);
  }

  void score(int[] input, int[] targets, Score score) {
    scores.put(key(input, targets), score);
  }

  void continuation(int[] context, int[] ids) {
    continuations.put(Arrays.toString(context), ids);
  }

  private static String key(int[] input, int[] targets) {
    return Arrays.toString(input) + Arrays.toString(targets);
  }

  Tokenizer tokenizer() {
    return new Tokenizer() {
      @Override
      public int[] encode(String text) {
        int[] ids = encodings.get(text);
        if (ids == null) {
          throw new AssertionError("the harness did not encode \"" + text + "\"");
        }
        return ids;
      }

      @Override
      public String decode(int... ids) {
        StringBuilder text = new StringBuilder();
        IntStream.of(ids).forEach(id -> text.append(vocabulary.getOrDefault(id, "?")));
        return text.toString();
      }

      @Override
      public int vocabSize() {
        return 50277;
      }

      @Override
      public boolean has(int id) {
        return vocabulary.containsKey(id);
      }

      @Override
      public OptionalInt eod() {
        return OptionalInt.of(0);
      }

      @Override
      public Encoder encoder() {
        throw new UnsupportedOperationException();
      }
    };
  }

  LanguageModel model(int maxLength) {
    return new LanguageModel() {
      @Override
      public int vocabSize() {
        return 50432;
      }

      @Override
      public int maxLength() {
        return maxLength;
      }

      @Override
      public List<Score> score(List<ScoreRequest> requests, int batchSize) {
        requests.forEach(request -> asked.add(request.input()));
        return requests.stream().map(RecordedTokens.this::answer).toList();
      }

      @Override
      public void generate(RequestSource requests, Decoding decoding, GenerationSink sink) {
        int number = 0;
        for (var next = requests.next(Patience.WAIT);
            next.isPresent();
            next = requests.next(Patience.WAIT)) {
          sink.finished(number, 0, written(number, next.get(), sink));
          number++;
        }
      }

      @Override
      public void close() {}
    };
  }

  private Generation written(int number, GenerationRequest request, GenerationSink sink) {
    int[] ids = continuations.get(Arrays.toString(request.context()));
    if (ids == null) {
      throw new AssertionError("unknown context " + Arrays.toString(request.context()));
    }
    int count = 0;
    while (count < Math.min(request.maximumTokens(), ids.length)) {
      if (request.stop().isEnd(ids[count])) {
        return new Generation(Arrays.copyOf(ids, count), End.END_TOKEN);
      }
      int id = ids[count++];
      Flow flow = sink.token(new GeneratedToken(number, 0, id, Optional.empty(), Optional.empty()));
      if (flow == Flow.STOP) {
        return new Generation(Arrays.copyOf(ids, count), End.READER);
      }
    }
    return new Generation(Arrays.copyOf(ids, count), End.MAXIMUM);
  }

  private Score answer(ScoreRequest request) {
    Score score = scores.get(key(request.input(), request.targets()));
    if (score == null) {
      throw new AssertionError(
          "the harness did not score "
              + Arrays.toString(request.targets())
              + " after "
              + Arrays.toString(request.input()));
    }
    return score;
  }
}
