package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import neox.monitor.LossPlot.Curve;
import neox.monitor.LossPlot.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class LossPlotTest {
  @Test
  void drawsOneLinePerCurveThroughItsFinitePoints() throws Exception {
    Document svg =
        parse(
            LossPlot.svg(
                "loss of a < b",
                List.of(
                    new Curve(
                        "train",
                        List.of(new Point(0, 8), new Point(5, Double.NaN), new Point(10, 2))),
                    new Curve("validation", List.of(new Point(10, 3)))),
                List.of()));

    var lines = svg.getElementsByTagName("polyline");
    assertThat(lines.getLength()).isEqualTo(2);
    String[] points = ((Element) lines.item(0)).getAttribute("points").trim().split(" ");
    assertThat(points).hasSize(2);
    assertThat(y(points[0])).isLessThan(y(points[1]));
    assertThat(svg.getElementsByTagName("text").item(0).getTextContent())
        .isEqualTo("loss of a < b");
  }

  @Test
  void readsTrainingAndValidationLossFromAMetricsFile(@TempDir Path directory) throws Exception {
    Path metrics =
        Files.writeString(
            directory.resolve("metrics.jsonl"),
            """
            {"step":1,"train/lm_loss":6.0}
            {"step":2,"train/lm_loss":5.0,"validation/lm_loss":5.5}
            """);
    var lines = parse(LossPlot.ofMetrics(metrics, 512)).getElementsByTagName("polyline");
    assertThat(((Element) lines.item(0)).getAttribute("points").trim().split(" ")).hasSize(2);
    assertThat(((Element) lines.item(1)).getAttribute("points").trim().split(" ")).hasSize(1);
  }

  @Test
  void drawsAnEmptyFrameWithoutPoints() throws Exception {
    Document svg =
        parse(LossPlot.svg("nothing", List.of(new Curve("train", List.of())), List.of()));
    assertThat(((Element) svg.getElementsByTagName("polyline").item(0)).getAttribute("points"))
        .isEmpty();
  }

  @Test
  void comparesTheLossWithAGuess(@TempDir Path directory) throws Exception {
    Path metrics =
        Files.writeString(
            directory.resolve("metrics.jsonl"), "{\"step\":1,\"train/lm_loss\":6.0}\n");
    Document svg = parse(LossPlot.ofMetrics(metrics, 50_304));
    assertThat(texts(svg)).contains("ln(50,304), a guess");
    var lines = svg.getElementsByTagName("line");
    Element dotted = (Element) lines.item(lines.getLength() - 1);
    assertThat(dotted.getAttribute("stroke-dasharray")).isEqualTo("2 4");
    assertThat(dotted.getAttribute("y1")).isEqualTo(dotted.getAttribute("y2"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.8, 306, 0 2 4 6 8 10, 0 100 200 300",
    "5.0, 1, 0 1 2 3 4 5, 0 1",
    "0.9, 20, 0.0 0.2 0.4 0.6 0.8, 0 5 10 15 20",
    "0, 0, 0.0 0.2 0.4 0.6 0.8 1.0, 0 1",
    "47.5, 143000, 0 10 20 30 40, '0 50,000 100,000'"
  })
  void marksTheAxesAtRoundNumbers(double loss, long steps, String values, String numbers)
      throws Exception {
    Curve curve = new Curve("train", List.of(new Point(steps, loss)));
    String svg = LossPlot.svg("title", List.of(curve), List.of());
    List<String> texts = texts(parse(svg));
    int axes = texts.indexOf("step");
    List<String> vertical = List.of(values.split(" "));
    List<String> horizontal = List.of(numbers.split(" "));
    assertThat(texts.subList(1, 1 + vertical.size())).isEqualTo(vertical);
    assertThat(texts.subList(axes - horizontal.size(), axes)).isEqualTo(horizontal);
    assertThat(axes).isEqualTo(1 + vertical.size() + horizontal.size());
  }

  private static List<String> texts(Document svg) {
    var texts = svg.getElementsByTagName("text");
    return IntStream.range(0, texts.getLength())
        .mapToObj(i -> texts.item(i).getTextContent())
        .toList();
  }

  private static double y(String point) {
    return Double.parseDouble(point.substring(point.indexOf(',') + 1));
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
