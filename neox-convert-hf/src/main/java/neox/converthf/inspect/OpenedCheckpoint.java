package neox.converthf.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.weights.NamedTensor;
import neox.weights.TensorStore;
import neox.weights.dcp.DcpCheckpoint;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.source.TensorSources;

/// Tensors that are looked at, wherever they lie.
///
/// @param path what was opened
/// @param facts what is to be said of the whole, in order
/// @param model the network, where it is known
/// @param tensors all of them; their bytes when they are asked for
/// @param open what must stay open meanwhile
record OpenedCheckpoint(
    Path path,
    Map<String, Object> facts,
    Optional<ModelConfig> model,
    List<NamedTensor> tensors,
    AutoCloseable open)
    implements AutoCloseable {

  /// Whose names tensors go by.
  enum Names {
    /// Those of the files, where these are not NeoX's.
    OF_FILES,
    /// Those of NeoX's parameters, which models of Hugging Face are given, too.
    OF_NEOX
  }

  static OpenedCheckpoint open(
      Path path, Names names, CheckpointOptions options, StateOptions states) throws IOException {
    if (!Files.exists(path)) {
      throw UserException.of("%s: no such file or directory", path);
    }
    if (CheckpointOptions.isNeox(path)) {
      Path checkpoint = NeoxCheckpoint.resolve(path, options.iteration());
      return new NeoxOpening(checkpoint, options.config(checkpoint), states).open();
    }
    refuseStates(path, states);
    if (!Files.isDirectory(path)) {
      return of(path, "file", TensorSources.openFile(path));
    }
    if (DcpCheckpoint.in(path).isPresent()) {
      return of(path, "torch.distributed.checkpoint", DcpCheckpoint.open(path));
    }
    return switch (names) {
      case OF_FILES -> of(path, "Hugging Face", TensorSources.openDirectory(path));
      case OF_NEOX -> {
        HfModel model = HfModel.open(path);
        OpenedCheckpoint opened = of(path, "Hugging Face", model);
        yield new OpenedCheckpoint(
            path, opened.facts(), Optional.of(model.config()), opened.tensors(), model);
      }
    };
  }

  private static void refuseStates(Path path, StateOptions states) {
    if (states.optimizer() || states.ema()) {
      throw UserException.of(
          "%s: holds weights alone; --optimizer and --ema are for checkpoints of NeoX", path);
    }
  }

  private static OpenedCheckpoint of(Path path, String format, TensorStore store) {
    List<NamedTensor> tensors =
        store.names().stream().map(name -> new NamedTensor(name, store.tensor(name))).toList();
    return new OpenedCheckpoint(path, Map.of("format", format), Optional.empty(), tensors, store);
  }

  @Override
  public void close() throws IOException {
    try {
      open.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
