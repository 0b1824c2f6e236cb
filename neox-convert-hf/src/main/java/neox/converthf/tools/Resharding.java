package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.config.LoadedConfig;
import neox.weights.neox.EmaFile;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.StoredLayout;

/// Writes a checkpoint again in another layout. What neox-train keeps beside the weights holds
/// whole parameters, and is copied; what DeepSpeed keeps belongs to the ranks that wrote it.
record Resharding(OriginalCheckpoint source, int tensorRanks, int pipeParallelSize) {
  private static final String TRAIN_STATE = "train_state.json";

  void write(Path outputDir, Console console) throws IOException {
    LoadedConfig configured = source.configFor(tensorRanks, pipeParallelSize);
    List<String> carried;
    Path written;
    try (AtomicDirectory output = AtomicDirectory.create(outputDir)) {
      written =
          new NeoxOutput(source, configured, source.checkpoint()::tensor)
              .write(output.path(), console);
      carried = carry(written);
      output.commit();
    }
    console.made(
        outputDir.resolve(String.valueOf(written.getFileName())).toString(),
        "model_parallel_size %d, pipe_parallel_size %d, with %s"
            .formatted(tensorRanks, pipeParallelSize, String.join(", ", carried)));
    tellOfDeepSpeed(console);
    warnOfVocabulary(console);
  }

  /// Copies what does not depend on the layout; returns what there was, in words.
  private List<String> carry(Path to) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(OptimizerStateFile.NAME, "optimizer state");
    files.put(EmaFile.NAME, "the average of the weights");
    files.put(TRAIN_STATE, "the place in the run");
    List<String> carried = new ArrayList<>();
    carried.add("weights");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path from = source.directory().resolve(file.getKey());
      if (Files.exists(from)) {
        NamedFiles.copy(from, to.resolve(file.getKey()));
        carried.add(file.getValue());
      }
    }
    return carried;
  }

  private void tellOfDeepSpeed(Console console) throws IOException {
    boolean ours = OptimizerStateFile.isIn(source.directory());
    boolean any =
        !StoredLayout.optimizerFiles(source.directory()).isEmpty()
            || source.checkpoint().clientState().get("optimizer") instanceof Map;
    if (any && !ours) {
      console.info(
          "the optimizer state in %s is DeepSpeed's and belongs to its layout: it is left out;"
              + " neox-train goes on from %s itself in any layout",
          source.directory(), source.directory());
    }
  }

  /// GPT-NeoX pads vocabularies to a multiple that depends on the ranks.
  private void warnOfVocabulary(Console console) {
    int rows = source.checkpoint().paddedVocab();
    int divisor = source.loaded().config().model().dims().vocabDivisor();
    if (rows % ((long) divisor * tensorRanks) != 0) {
      console.warn(
          "the vocabulary has %d rows, which is no multiple of make_vocab_size_divisible_by (%d) x"
              + " %d; train on with make_vocab_size_divisible_by: %d",
          rows, divisor, tensorRanks, rows / tensorRanks);
    }
  }
}
