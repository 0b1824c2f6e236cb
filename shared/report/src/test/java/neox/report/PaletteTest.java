package neox.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Contrasts are those of WCAG 2.2 (1.4.3, 1.4.11).
class PaletteTest {
  private static final Pattern COLOUR =
      Pattern.compile("--(\\w+): light-dark\\(#(\\w{6}), #(\\w{6})\\)");

  /// By name, in light and in dark.
  private final Map<String, int[]> colours = new LinkedHashMap<>();

  @BeforeEach
  void read() throws IOException {
    try (InputStream in = ReportPage.class.getResourceAsStream("page.css")) {
      String css = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = COLOUR.matcher(css);
      while (matcher.find()) {
        colours.put(
            matcher.group(1),
            new int[] {
              Integer.parseInt(matcher.group(2), 16), Integer.parseInt(matcher.group(3), 16)
            });
      }
    }
    assertThat(colours).hasSize(16);
  }

  @Test
  void textsCanBeReadInLightAndDark() {
    for (String text : new String[] {"text", "faint", "warning", "focus", "c0", "c2"}) {
      for (String ground : new String[] {"back", "raised"}) {
        assertContrast(text, ground, 4.5);
      }
    }
  }

  @Test
  void curvesStandOutInLightAndDark() {
    for (int i = 0; i < 8; i++) {
      assertContrast("c" + i, "back", 3);
    }
    assertContrast("edge", "back", 3);
  }

  /// Seen without red, green or blue receptors (Viénot, Brettel, Mollon 1999), neighbours in the
  /// legend are still told apart.
  @Test
  void curvesDifferAlsoForTheColourBlind() {
    double[][] blindness = {
      {0.1124, 0.8876, 0, 0.1124, 0.8876, 0, 0.0040, -0.0040, 1},
      {0.2928, 0.7072, 0, 0.2928, 0.7072, 0, -0.0223, 0.0223, 1}
    };
    for (double[] kind : blindness) {
      for (int scheme = 0; scheme < 2; scheme++) {
        for (int i = 0; i < 4; i++) {
          for (int j = 0; j < i; j++) {
            double[] a = seen(kind, colour("c" + i, scheme));
            double[] b = seen(kind, colour("c" + j, scheme));
            double distance = Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
            assertThat(distance).as("c%d and c%d in scheme %d", i, j, scheme).isGreaterThan(0.08);
          }
        }
      }
    }
  }

  private void assertContrast(String front, String ground, double least) {
    for (int scheme = 0; scheme < 2; scheme++) {
      double a = luminance(colour(front, scheme));
      double b = luminance(colour(ground, scheme));
      assertThat((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05))
          .as("%s on %s in %s", front, ground, scheme == 0 ? "light" : "dark")
          .isGreaterThanOrEqualTo(least);
    }
  }

  private double[] colour(String name, int scheme) {
    int rgb = Objects.requireNonNull(colours.get(name))[scheme];
    return new double[] {linear(rgb >> 16), linear(rgb >> 8 & 255), linear(rgb & 255)};
  }

  private static double linear(int channel) {
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }

  private static double luminance(double[] linear) {
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  private static double[] seen(double[] kind, double[] c) {
    double[] seen = new double[3];
    for (int row = 0; row < 3; row++) {
      seen[row] = kind[3 * row] * c[0] + kind[3 * row + 1] * c[1] + kind[3 * row + 2] * c[2];
    }
    return seen;
  }
}
