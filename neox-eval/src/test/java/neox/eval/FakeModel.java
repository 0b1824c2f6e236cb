package neox.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import neox.inference.Decoding;
import neox.inference.GenerationSink;
import neox.inference.LanguageModel;
import neox.inference.RequestSource;
import neox.inference.RequestSource.Patience;
import neox.inference.Score;
import neox.inference.ScoreRequest;
import neox.inference.load.LoadedModel;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.special.TextBounds;
import org.jspecify.annotations.Nullable;

/// A model whose every token costs as much as its character's distance from `a`, with a tokenizer
/// of single characters. Counts how often it was opened and closed.
final class FakeModel implements ModelOpener {
  int opened;
  int closed;
  int scored;

  /// After how many scores in all the model fails.
  int dies = Integer.MAX_VALUE;

  @Nullable ModelLocation location;

  @Override
  @SuppressWarnings("NullAway") // nothing here asks for the model's configuration
  public LoadedModel open(ModelLocation from) {
    opened++;
    location = from;
    return new LoadedModel(
        from.directory(),
        from.options().iteration().orElse(0),
        null,
        new Characters(),
        TextBounds.ofDocuments(new Characters()),
        new Distances());
  }

  private static final class Characters implements Tokenizer {
    @Override
    public int[] encode(String text) {
      return text.codePoints().toArray();
    }

    @Override
    public String decode(int... ids) {
      return ids.length == 1 && ids[0] == 0 ? "<end>" : new String(ids, 0, ids.length);
    }

    @Override
    public int vocabSize() {
      return 256;
    }

    @Override
    public boolean has(int id) {
      return id >= 0 && id < vocabSize();
    }

    @Override
    public OptionalInt eod() {
      return OptionalInt.of(0);
    }

    @Override
    public Encoder encoder() {
      throw new UnsupportedOperationException();
    }
  }

  private final class Distances implements LanguageModel {
    @Override
    public int vocabSize() {
      return 256;
    }

    @Override
    public int maxLength() {
      return 300;
    }

    @Override
    public List<Score> score(List<ScoreRequest> requests, int batchSize) {
      List<Score> scores = new ArrayList<>();
      for (ScoreRequest request : requests) {
        if (scored == dies) {
          throw new IllegalStateException("killed");
        }
        scored++;
        double sum = Arrays.stream(request.targets()).map(id -> -Math.abs(id - 'a')).sum();
        scores.add(new Score(sum, sum == 0, new float[request.targets().length]));
      }
      return scores;
    }

    @Override
    public void generate(RequestSource requests, Decoding decoding, GenerationSink sink) {
      if (requests.next(Patience.WAIT).isPresent()) {
        throw new UnsupportedOperationException();
      }
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
