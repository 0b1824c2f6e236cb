import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.List;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.Vocabulary;
import neox.config.model.ModelConfig;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Builds a configuration's network out of shapes alone and counts its parameters:
/// `CountParameters CONFIG TOKENS`. Prints the time and the resident memory that building took,
/// libtorch being loaded.
final class CountParameters {
  public static void main(String[] args) throws IOException {
    ModelConfig model =
        ConfigLoader.readModel(
                new ConfigSource(Optional.empty(), List.of(Path.of(args[0])), Map.of()))
            .config()
            .model();
    int rows = Vocabulary.padded(Integer.parseInt(args[1]), model.dims().vocabDivisor(), 1);
    NativeRuntime.start(1);
    Placement placement = Placement.meta(ScalarType.BFloat16);
    placement.zeros(1);
    long residentBefore = residentKilobytes();
    long startedAtNanos = System.nanoTime();
    try (Network network =
        Network.build(NetworkSpec.of(model, rows), NetworkOptions.training(placement))) {
      long count = network.parameters().stream().mapToLong(p -> p.value().numel()).sum();
      System.out.printf(
          Locale.ROOT,
          "%,d parameters in %.2f s and %.1f MB%n",
          count,
          (System.nanoTime() - startedAtNanos) / 1e9,
          (residentKilobytes() - residentBefore) / 1e3);
    }
  }

  private static long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no VmRSS");
  }
}
