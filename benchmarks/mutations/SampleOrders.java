import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.ToolCommand;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.data.TokenSamples;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Reads all samples of a run, as training does. However the cached order (`.neox-cache/*.npy`) is
/// damaged, the samples are those of the first call.
@Command(name = "sample-orders")
public final class SampleOrders implements ToolCommand {
  private static Optional<Integer> first = Optional.empty();

  @Parameters(description = "The configuration, and the prefix of the data.")
  private List<String> given = List.of();

  @Override
  public int call(Console console) throws Exception {
    Map<String, String> overrides =
        Map.of(
            "data_path", given.get(1), "seq_length", "16", "split", "'100,0,0'", "eval_iters", "0",
            "do_test", "false", "train_iters", "40", "load", "null", "save", "null");
    NeoxConfig config =
        ConfigLoader.load(
            new ConfigSource(Optional.empty(), List.of(Path.of(given.get(0))), overrides));
    int hash = 1;
    try (RunSamples samples = RunSamples.open(config, OrderLog.of(console))) {
      TokenSamples train = samples.train().orElseThrow().samples();
      int[] tokens = new int[train.length()];
      for (long i = 0; i < train.count(); i++) {
        train.get(i, tokens);
        hash = 31 * hash + Arrays.hashCode(tokens);
      }
    }
    if (first.isEmpty()) {
      first = Optional.of(hash);
    }
    if (first.get() != hash) {
      throw new IllegalStateException("other samples than those of the first call");
    }
    return 0;
  }
}
