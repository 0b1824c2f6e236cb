package neox.converthf.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.DeepSpeedOptimizer;
import neox.weights.neox.EmaFile;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.StoredLayout;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// Opens a checkpoint of NeoX to be looked at: whole parameters, whichever ranks hold them, and on
/// request what training keeps beside them.
final class NeoxOpening {
  private static final String OPTIMIZER = "optimizer/";
  private static final String EMA = "ema/";

  private final Path directory;
  private final LoadedConfig loaded;
  private final StateOptions states;
  private final List<NamedTensor> tensors = new ArrayList<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /// @param directory `global_stepN`
  NeoxOpening(Path directory, LoadedConfig loaded, StateOptions states) {
    this.directory = directory;
    this.loaded = loaded;
    this.states = states;
  }

  OpenedCheckpoint open() throws IOException {
    boolean complete = false;
    try {
      NeoxCheckpoint checkpoint =
          keep(NeoxCheckpoint.open(directory, OptionalLong.empty(), loaded.config()));
      NetworkSpec network =
          NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab(), loaded.config().tuning());
      addWeights(checkpoint, network);
      if (states.optimizer()) {
        addOptimizer(checkpoint, network);
      }
      if (states.ema()) {
        addAverage();
      }
      OpenedCheckpoint result =
          new OpenedCheckpoint(
              directory,
              facts(checkpoint),
              Optional.of(checkpoint.config()),
              List.copyOf(tensors),
              this::close);
      complete = true;
      return result;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private <T extends AutoCloseable> T keep(T file) {
    opened.push(file);
    return file;
  }

  private void addWeights(NeoxCheckpoint checkpoint, NetworkSpec network) {
    for (ParameterSpec spec : network.parameters()) {
      if (network.isStored(spec)) {
        String key = spec.key();
        tensors.add(new NamedTensor(key, checkpoint.tensor(key)));
      }
    }
  }

  private void addOptimizer(NeoxCheckpoint checkpoint, NetworkSpec network) throws IOException {
    if (OptimizerStateFile.isIn(directory)) {
      OptimizerStateFile file = keep(OptimizerStateFile.open(directory));
      file.names().forEach(name -> tensors.add(NamedTensor.of(OPTIMIZER + name, file.view(name))));
      return;
    }
    DeepSpeedOptimizer optimizer =
        keep(
            DeepSpeedOptimizer.open(checkpoint)
                .orElseThrow(() ->
                    UserException.of(
                        "%s: holds no optimizer state; leave --optimizer out", directory)));
    Set<String> slots = new TreeSet<>(optimizer.slots());
    if (optimizer.isNarrow()) {
      slots.add(OptimizerStateFile.MASTER);
    }
    for (ParameterSpec spec : network.parameters()) {
      for (String slot : slots) {
        tensors.add(
            new NamedTensor(
                OPTIMIZER + OptimizerStateFile.name(spec.key(), slot),
                DType.FLOAT32,
                spec.shape(),
                () -> optimizer.view(spec, slot)));
      }
    }
  }

  private void addAverage() throws IOException {
    EmaFile file = keep(EmaFile.open(directory));
    file.names().forEach(name -> tensors.add(NamedTensor.of(EMA + name, file.view(name))));
  }

  private Map<String, Object> facts(NeoxCheckpoint checkpoint) throws IOException {
    StoredLayout layout = StoredLayout.of(directory);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("format", "NeoX");
    facts.put("iteration", checkpoint.iteration());
    facts.put("model_parallel_size", layout.tensorRanks());
    boolean layered = layout.weights() == Layout.FILE_PER_LAYER;
    facts.put("pipe_parallel_size", layout.pipeParallelSize());
    facts.put("weights", layered ? "a file per layer and rank" : "a file per rank");
    facts.put("optimizer", optimizer(layout));
    facts.put("ema", EmaFile.isIn(directory));
    List<Path> files = files();
    facts.put("files", files.size());
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    facts.put("bytes", bytes);
    return facts;
  }

  private String optimizer(StoredLayout layout) throws IOException {
    if (OptimizerStateFile.isIn(directory)) {
      try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
        return "%s, step %d, whole".formatted(file.header().rule(), file.header().step());
      }
    }
    if (layout.dataRanks() == 0) {
      return "none in files of its own";
    }
    return "DeepSpeed's, %scut over %d replicas"
        .formatted(layout.partitioned() ? "ZeRO 3, " : "", layout.dataRanks());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }

  private void close() throws IOException {
    try {
      while (!opened.isEmpty()) {
        opened.pop().close();
      }
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
