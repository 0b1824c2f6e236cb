package neox.train.plan;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import neox.base.process.NvidiaDriver;
import neox.config.NeoxConfig;
import neox.tensor.Device;

/// The operations per second that a device could do: what the configuration says
/// (`peak_theoretical_tflops`), or else the data sheet of the GPU that is here. Processors differ
/// too much to be guessed.
public final class PeakFlops {
  private static final double TERA = 1e12;

  /// The driver's names of models, and ours. Cards for PCIe have lower peaks, and no entry.
  private static final Map<Pattern, String> MODELS =
      Map.of(
          Pattern.compile("V100-SXM.*32GB"), "v100-32g",
          Pattern.compile("A100-SXM.*40GB"), "a100-40g",
          Pattern.compile("A100-SXM.*80GB"), "a100-80g",
          Pattern.compile("H100 80GB HBM3"), "h100-80g",
          Pattern.compile("H200(?! NVL)"), "h200",
          Pattern.compile("\\bB200"), "b200",
          Pattern.compile("L40S"), "l40s",
          Pattern.compile("RTX A6000"), "a6000",
          Pattern.compile("RTX 4090$"), "rtx4090");

  /// Of one device; empty where it is not known.
  public static OptionalDouble of(NeoxConfig config, Device device) {
    if (config.monitor().peakTflops().isPresent()) {
      return OptionalDouble.of(config.monitor().peakTflops().get() * TERA);
    }
    return switch (device) {
      case Device.Cpu _, Device.Meta _ -> OptionalDouble.empty();
      case Device.Cuda _ ->
          NvidiaDriver.here()
              .model()
              .flatMap(PeakFlops::named)
              .map(gpu -> OptionalDouble.of(gpu.peak(config.precision())))
              .orElse(OptionalDouble.empty());
    };
  }

  /// The GPU that the driver calls so, such as `NVIDIA H200`.
  static Optional<Gpu> named(String model) {
    return MODELS.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(model).find())
        .map(entry -> Gpus.named(entry.getValue()))
        .findFirst();
  }

  private PeakFlops() {}
}
