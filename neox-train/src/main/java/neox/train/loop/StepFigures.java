package neox.train.loop;

import java.util.LinkedHashMap;
import java.util.Map;
import neox.config.MonitorConfig.EachParameter;
import neox.monitor.Histogram;
import neox.train.optimizer.GradientNorms;
import neox.train.optimizer.ParameterFigures;

/// What is told of each parameter after a step, under NeoX's names: `gradient_norms/KEY`,
/// `pct_grad_zeros/KEY`, `parameter_norms/KEY`, `optimizer_state_norms/KEY_SLOT`; histograms are
/// `gradients/KEY` and `parameters/KEY`.
///
/// @param numbers in the network's order, kind after kind
public record StepFigures(Map<String, Double> numbers, Map<String, Histogram> histograms) {
  /// Nothing.
  public static final StepFigures NONE = new StepFigures(Map.of(), Map.of());

  /// Collects those of a step; all ranks do it together.
  static final class Collector {
    private final EachParameter asked;
    private final ParameterFigures figures;
    private final long step;
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private final Map<String, Histogram> histograms = new LinkedHashMap<>();

    Collector(EachParameter asked, ParameterFigures figures, long step) {
      this.asked = asked;
      this.figures = figures;
      this.step = step;
    }

    /// What the gradients tell, before they are used.
    void beforeUpdate(GradientNorms norms) {
      if (asked.gradNorms()) {
        put("gradient_norms/", norms.byKey());
      }
      if (asked.gradZeros()) {
        put("pct_grad_zeros/", figures.zerosOfGradients());
      }
      if (asked.histogramsAt(step)) {
        figures
            .histogramsOfGradients()
            .forEach((key, each) -> histograms.put("gradients/" + key, each));
      }
    }

    /// What weights and state tell, after they have changed.
    StepFigures afterUpdate() {
      if (asked.norms()) {
        put("parameter_norms/", figures.norms());
      }
      if (asked.states()) {
        put("optimizer_state_norms/", figures.normsOfStates());
      }
      if (asked.histogramsAt(step)) {
        figures.histograms().forEach((key, each) -> histograms.put("parameters/" + key, each));
      }
      return new StepFigures(numbers, histograms);
    }

    private void put(String kind, Map<String, Double> byKey) {
      byKey.forEach((key, number) -> numbers.put(kind + key, number));
    }
  }
}
