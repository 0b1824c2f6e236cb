package neox.evaluation.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import neox.base.Console;
import neox.base.UserException;
import neox.evaluation.request.GenerationOptions;
import neox.evaluation.request.RefusedRequest;
import neox.evaluation.request.Request;
import neox.evaluation.request.RequestRunner;
import neox.evaluation.request.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachingRunnerTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final Console console =
      new Console(
          new ByteArrayInputStream(new byte[0]),
          new PrintStream(new ByteArrayOutputStream()),
          new PrintStream(errors, true, StandardCharsets.UTF_8),
          false,
          false);

  private AnswerLog log() throws IOException {
    return AnswerLog.open(directory, "m", JsonNodeFactory.instance.objectNode());
  }

  private static List<Request> requests(int count) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(new Request.LogLikelihood("c" + i % 7, " " + i % 5)); // 35 different ones
    }
    return requests;
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// Answers in an order of its own until it is killed.
  private static final class Model implements RequestRunner {
    private final List<Request> asked = new ArrayList<>();
    private final int dies;

    Model(int dies) {
      this.dies = dies;
    }

    @Override
    public void run(List<Request> requests, Sink sink) {
      for (int i = requests.size() - 1; i >= 0; i--) {
        if (asked.size() == dies) {
          throw new Killed();
        }
        asked.add(requests.get(i));
        sink.answered(i, new Response.Likelihood(-requests.get(i).hashCode(), false));
      }
    }
  }

  @Test
  void anyNumberOfKillsEndsInTheAnswersOfAnUnbrokenRun() throws IOException {
    List<Request> requests = requests(60);
    List<Response> unbroken = new Model(-1).run(requests);
    Random random = new Random(5);
    int asked = 0;
    for (boolean done = false; !done; ) {
      Model model = new Model(random.nextInt(10));
      try (AnswerLog log = log()) {
        assertThat(new CachingRunner(model, log, console).run(requests)).isEqualTo(unbroken);
        done = true;
      } catch (Killed e) {
        // the next run goes on
      }
      asked += model.asked.size();
    }
    assertThat(asked).isEqualTo(35);
  }

  @Test
  void asksEqualRequestsOnceAndSaysHowManyAnswersWereThere() throws IOException {
    Model model = new Model(-1);
    try (AnswerLog log = log()) {
      new CachingRunner(model, log, console).run(requests(50));
      new CachingRunner(model, log, console).run(requests(70));
    }
    assertThat(model.asked).hasSize(35).doesNotHaveDuplicates();
    assertThat(errors.toString(StandardCharsets.UTF_8))
        .isEqualTo("0 of 50 answers were there already\n70 of 70 answers were there already\n");
  }

  @Test
  void textsThatAreDrawnAreAskedEachTime() throws IOException {
    ObjectNode draws = JsonNodeFactory.instance.objectNode().put("do_sample", true);
    GenerationOptions options = GenerationOptions.until("x").with(draws.put("temperature", 1.0));
    List<Request> requests =
        List.of(new Request.Generate("a", options), new Request.Generate("a", options));
    Model model = new Model(-1);
    try (AnswerLog log = log()) {
      new CachingRunner(model, log, console).run(requests);
      new CachingRunner(model, log, console).run(requests);
      assertThat(log.size()).isZero();
    }
    assertThat(model.asked).hasSize(4);
  }

  @Test
  void aRefusalNamesTheRequestOfTheWholeList() throws IOException {
    List<Request> requests = requests(3);
    try (AnswerLog log = log()) {
      log.add(requests.get(0), new Response.Likelihood(-1, true));
      RequestRunner refuses =
          (asked, sink) -> {
            throw new RefusedRequest(1, "too long", new UserException("cause"));
          };
      assertThatThrownBy(() -> new CachingRunner(refuses, log, console).run(requests))
          .isInstanceOfSatisfying(RefusedRequest.class, e -> assertThat(e.number()).isEqualTo(2))
          .hasMessage("too long");
    }
  }

  @Test
  void aLogThatCannotBeWrittenCostsOneWarning() throws IOException {
    AnswerLog log = log();
    log.close();
    List<Request> requests = requests(5);
    assertThat(new CachingRunner(new Model(-1), log, console).run(requests))
        .isEqualTo(new Model(-1).run(requests));
    assertThat(errors.toString(StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .anyMatch(
            line -> line.endsWith("the evaluation goes on, some of its answers are not kept"));
  }
}
