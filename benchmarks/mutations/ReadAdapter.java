import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.ToolCommand;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.model.ModelConfig;
import neox.weights.hf.HfFamily;
import neox.weights.peft.PeftAdapter;
import neox.weights.peft.PeftConfig;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.NetworkSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Reads adapters of PEFT.
@Command(name = "read-adapter")
public final class ReadAdapter implements ToolCommand {
  @Parameters(description = "The adapters' directory, and the configuration of what they adapt.")
  private List<Path> given = List.of();

  @Override
  public int call(Console console) throws Exception {
    ModelConfig model = ConfigLoader.readModel(ConfigSource.of(given.get(1))).config().model();
    NetworkSpec network = NetworkSpec.of(model, 512);
    PeftConfig config = PeftConfig.read(given.get(0));
    try (PeftAdapter adapter =
        PeftAdapter.open(given.get(0), config, HfFamily.of(model), network)) {
      for (AdapterSpec each : adapter.network().adapters().values()) {
        adapter.tensor(each.a().key()).view();
        adapter.tensor(each.b().key()).view();
      }
    }
    return 0;
  }
}
