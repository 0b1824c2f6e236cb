import java.nio.file.Path;
import neox.base.Console;
import neox.base.ToolCommand;
import neox.weights.dcp.DcpCheckpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Reads all tensors of a checkpoint of torch.distributed.checkpoint.
@Command(name = "read-dcp")
public final class ReadDcp implements ToolCommand {
  @Parameters private Path directory;

  @Override
  public int call(Console console) throws Exception {
    try (DcpCheckpoint checkpoint = DcpCheckpoint.open(directory)) {
      for (String name : checkpoint.names()) {
        checkpoint.tensor(name).view();
      }
    }
    return 0;
  }
}
