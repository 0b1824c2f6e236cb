package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextQueueTest {
  private final List<Integer> told = new ArrayList<>();

  private TextQueue queue(ScoreRequest... requests) {
    return new TextQueue(List.of(requests).iterator(), _ -> {}, (i, _) -> told.add(i));
  }

  private static ScoreRequest request(int target, int... input) {
    return new ScoreRequest(input, new int[] {target});
  }

  private static List<int[]> inputs(List<ScoredText> texts) {
    return texts.stream().map(ScoredText::input).toList();
  }

  @Test
  void requestsOfEqualInputAreOneText() {
    TextQueue queue = queue(request(7, 1, 2), request(8, 1, 2), request(7, 1, 3), request(9, 1, 2));
    List<ScoredText> texts = queue.take(100);
    assertThat(inputs(texts)).containsExactly(new int[] {1, 2}, new int[] {1, 3}, new int[] {1, 2});
    assertThat(texts.stream().map(text -> text.answers().size())).containsExactly(2, 1, 1);
  }

  @Test
  void handsOutSoManyTokensThatNoNeighbourHas() {
    int[] header = IntStream.range(0, 50).toArray();
    ScoreRequest[] requests =
        IntStream.range(0, 10)
            .mapToObj(i -> {
              int[] input = Arrays.copyOf(header, 52);
              input[50] = 100 + i;
              return request(1, input);
            })
            .toArray(ScoreRequest[]::new);
    TextQueue queue = queue(requests);
    assertThat(queue.take(50)).hasSize(1);
    assertThat(queue.take(6)).hasSize(3);
    assertThat(queue.take(1000)).hasSize(6);
    assertThat(queue.take(1000)).isEmpty();
  }

  @Test
  void nothingIsHandedOutAfterSomebodyHasFailed() {
    TextQueue queue = queue(request(7, 1, 2), request(8, 3));
    assertThat(queue.take(1)).hasSize(1);
    queue.stop();
    assertThat(queue.take(1)).isEmpty();
  }

  @Test
  void aRequestWithoutTargetsIsAnsweredAtOnce() {
    queue(request(7, 1), new ScoreRequest(new int[] {1}, new int[0])).take(10);
    assertThat(told).containsExactly(1);
  }

  @Test
  void anAnswerIsToldOnceAllOfItIsKnownWhateverTheOrder() {
    List<Score> scores = new ArrayList<>();
    ScoredText.Answer answer = new ScoredText.Answer(new int[] {3, 4}, scores::add);
    answer.know(1, -2, true);
    assertThat(scores).isEmpty();
    answer.know(0, -1, false);
    assertThat(scores).hasSize(1);
    assertThat(scores.getFirst().logLikelihood()).isEqualTo(-3);
    assertThat(scores.getFirst().greedy()).isFalse();
    assertThat(scores.getFirst().tokenLogLikelihoods()).containsExactly(-1, -2);
  }
}
