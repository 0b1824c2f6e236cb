package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import neox.monitor.LossPlot.Curve;
import neox.monitor.LossPlot.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
                    new Curve("validation", List.of(new Point(10, 3))))));

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
    var lines = parse(LossPlot.ofMetrics(metrics)).getElementsByTagName("polyline");
    assertThat(((Element) lines.item(0)).getAttribute("points").trim().split(" ")).hasSize(2);
    assertThat(((Element) lines.item(1)).getAttribute("points").trim().split(" ")).hasSize(1);
  }

  @Test
  void drawsAnEmptyFrameWithoutPoints() throws Exception {
    Document svg = parse(LossPlot.svg("nothing", List.of(new Curve("train", List.of()))));
    assertThat(((Element) svg.getElementsByTagName("polyline").item(0)).getAttribute("points"))
        .isEmpty();
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
