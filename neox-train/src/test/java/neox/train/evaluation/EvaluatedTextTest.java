package neox.train.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tokenizer.Tokenizer;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EvaluatedTextTest {
  private static final int END = 0;

  /// Its ids are code points, but for the end of a document.
  private static final Tokenizer CODE_POINTS =
      new Tokenizer() {
        @Override
        public int[] encode(String text) {
          return text.codePoints().toArray();
        }

        @Override
        public String decode(int... ids) {
          StringBuilder text = new StringBuilder();
          for (int id : ids) {
            text.append(id == END ? "<end>" : Character.toString(id));
          }
          return text.toString();
        }

        @Override
        public int vocabSize() {
          return Character.MAX_CODE_POINT + 1;
        }

        @Override
        public boolean has(int id) {
          return Character.isValidCodePoint(id);
        }

        @Override
        public OptionalInt eod() {
          return OptionalInt.of(END);
        }

        @Override
        public Encoder encoder() {
          throw new UnsupportedOperationException();
        }
      };

  private final EvaluatedText text = new EvaluatedText(CODE_POINTS);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void countsTheBytesOfWhatIsPredictedAndNoEndOfDocument() {
    int[][] rows = {{'a', 'é', END, '€'}, {END, 'b', 'c', 0x1F600}};
    add(rows, Optional.empty());
    assertThat(text.bytes()).isEqualTo(2 + 3 + 1 + 1 + 4);
    assertThat(text.nats(new double[] {0.5})).isEqualTo(0.5 * 6);
  }

  @Test
  void leavesOutWhatIsNotPredicted() {
    int[][] rows = {{'a', 'b', 'c', 'd'}};
    add(rows, Optional.of(new int[][] {{'a', -1, 'c', -1}}));
    add(rows, Optional.empty());
    assertThat(text.bytes()).isEqualTo(1 + 3);
    assertThat(text.nats(new double[] {2, 0.25})).isEqualTo(2 * 1 + 0.25 * 3);
  }

  @Test
  void countsWholeSamplesForThePerplexityOfACharacter() {
    text.addSamples(new int[][] {{'a', 'é', END, '€'}, {END, 'b', 'c', 0x1F600}});
    assertThat(text.tokens()).isEqualTo(8);
    assertThat(text.characters()).isEqualTo(3 + 5 + 5 + 3);
  }

  private void add(int[][] rows, Optional<int[][]> labels) {
    try (var _ = Scope.open()) {
      text.addPredictions(
          MicroBatch.of(rows, labels, OptionalInt.empty(), Placement.cpu(ScalarType.Float)));
    }
  }
}
