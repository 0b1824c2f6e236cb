package neox.converthf.written;

import java.util.function.Function;
import neox.base.Console;
import neox.base.Progress;
import neox.base.progress.ProgressUnit;
import neox.weights.NamedTensor;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// The parameters of a checkpoint that is being written, which tell how far that is: what has been
/// asked for before is on the disk. One thread asks.
public final class WrittenTensors implements Function<String, NamedTensor>, AutoCloseable {
  private final Function<String, NamedTensor> source;
  private final Progress progress;
  private long bytes;

  /// @param tensorRanks each of which asks for every parameter
  public WrittenTensors(
      Function<String, NamedTensor> source, NetworkSpec network, int tensorRanks, Console console) {
    this.source = source;
    long whole =
        network.parameters().stream()
            .map(ParameterSpec::key)
            .map(source)
            .mapToLong(NamedTensor::byteSize)
            .sum();
    progress = new Progress(console, "writing", whole * tensorRanks, ProgressUnit.BYTES);
  }

  @Override
  public NamedTensor apply(String key) {
    NamedTensor tensor = source.apply(key);
    progress.update(bytes, key);
    bytes += tensor.byteSize();
    return tensor;
  }

  @Override
  public void close() {
    progress.close();
  }
}
