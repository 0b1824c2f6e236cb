package neox.evaluation.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import neox.evaluation.request.GenerationOptions;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerLogTest {
  private static final ObjectNode MODEL = JsonNodeFactory.instance.objectNode().put("path", "m");

  private static final List<Request> REQUESTS =
      List.of(
          new Request.LogLikelihood("a", " é😀"),
          new Request.LogLikelihood("", "a é😀"),
          new Request.RollingLogLikelihood("a"),
          new Request.RollingLogLikelihood(""),
          new Request.Generate("a", GenerationOptions.until("\n")));

  private static final List<Response> ANSWERS =
      List.of(
          new Response.Likelihood(-0.1f, true),
          new Response.Likelihood(Double.NEGATIVE_INFINITY, false),
          new Response.RollingLikelihood(-1e-300),
          new Response.RollingLikelihood(-0.0),
          new Response.Generated("zwei\nZeilen \"…\"\0"));

  @TempDir private Path directory;

  private AnswerLog open() throws IOException {
    return AnswerLog.open(directory, "m", MODEL);
  }

  private void write() throws IOException {
    try (AnswerLog log = open()) {
      for (int i = 0; i < REQUESTS.size(); i++) {
        log.add(REQUESTS.get(i), ANSWERS.get(i));
      }
    }
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(path -> path.toString().endsWith(".answers")).findFirst().orElseThrow();
    }
  }

  /// Every answer that is there is the one that was given; returns how many there are.
  private static int known(AnswerLog log) {
    int known = 0;
    for (int i = 0; i < REQUESTS.size(); i++) {
      Response expected = ANSWERS.get(i);
      log.find(REQUESTS.get(i)).ifPresent(found -> assertThat(found).isEqualTo(expected));
      known += log.find(REQUESTS.get(i)).isPresent() ? 1 : 0;
    }
    return known;
  }

  @Test
  void givesBackEveryBitOfEveryKindOfAnswer() throws IOException {
    write();
    try (AnswerLog log = open()) {
      assertThat(known(log)).isEqualTo(5);
      assertThat(log.size()).isEqualTo(5);
      assertThat(log.dropped()).isZero();
      assertThat(log.find(new Request.LogLikelihood("a ", "é😀"))).isEmpty();
      assertThat(log.find(new Request.RollingLogLikelihood("a é😀"))).isEmpty();
    }
  }

  @Test
  void losesTheTornLineAloneWhereverTheFileEnds() throws IOException {
    write();
    byte[] whole = Files.readAllBytes(file());
    int lines = 0;
    for (int length = 0; length <= whole.length; length++) {
      boolean endsLine = length < whole.length && whole[length] == '\n';
      if (endsLine || length % 13 == 0 || length == whole.length) {
        int expected = lines + (endsLine ? 1 : 0);
        Files.write(file(), Arrays.copyOf(whole, length));
        try (AnswerLog log = open()) {
          assertThat(known(log)).as("%d bytes", length).isEqualTo(expected);
          log.add(REQUESTS.getLast(), ANSWERS.getLast());
        }
        try (AnswerLog log = open()) {
          assertThat(log.find(REQUESTS.getLast())).contains(ANSWERS.getLast());
          assertThat(known(log)).isEqualTo(Math.min(5, expected + 1));
        }
      }
      lines += endsLine ? 1 : 0;
    }
  }

  @Test
  void believesNoDamagedLine() throws IOException {
    write();
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(3);
    for (int i = 0; i < 150; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(), damaged);
      try (AnswerLog log = open()) {
        assertThat(known(log)).isBetween(3, 4);
        assertThat(log.dropped()).isPositive();
      }
    }
  }

  @Test
  void severalWritersAppendToOneFile() throws IOException {
    try (AnswerLog one = open();
        AnswerLog other = open()) {
      for (int i = 0; i < REQUESTS.size(); i++) {
        (i % 2 == 0 ? one : other).add(REQUESTS.get(i), ANSWERS.get(i));
      }
    }
    try (AnswerLog log = open()) {
      assertThat(known(log)).isEqualTo(5);
    }
  }

  @Test
  void anotherModelSharesNoAnswerEvenUnderTheSameName() throws IOException {
    write();
    Path first = file();
    ObjectNode other = MODEL.deepCopy().put("precision", "bfloat16");
    AnswerLog.open(directory, "m", other).close();
    try (Stream<Path> files = Files.list(directory)) {
      Path second =
          files
              .filter(path -> path.toString().endsWith(".answers") && !path.equals(first))
              .findFirst()
              .orElseThrow();
      Files.copy(first, second, StandardCopyOption.REPLACE_EXISTING);
    }
    try (AnswerLog log = AnswerLog.open(directory, "m", other)) {
      assertThat(known(log)).isZero();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.filter(path -> path.toString().endsWith(".json"))).hasSize(2);
    }
  }

  @Test
  void refusesAFileInPlaceOfTheDirectory() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> AnswerLog.open(file, "m", MODEL))
        .hasMessage(file + ": is a file; expected a directory for answers");
  }
}
