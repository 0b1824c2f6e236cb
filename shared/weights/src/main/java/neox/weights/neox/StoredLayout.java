package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.weights.neox.CheckpointContent.Layout;

/// How the files of a checkpoint divide a network, as their names tell.
///
/// @param weights which files hold them
/// @param tensorRanks that share each layer
/// @param stages of the pipeline, by the states of ranks; 1 where these are missing
/// @param dataRanks that share the optimizer's state, if DeepSpeed has cut it; 0 if it has not
/// @param partitioned whether the weights are cut with it (ZeRO 3)
public record StoredLayout(
    Layout weights, int tensorRanks, int stages, int dataRanks, boolean partitioned) {
  private static final Pattern OPTIMIZER_FILE =
      Pattern.compile("(?:bf16_)?zero_pp_rank_(\\d{1,9})_mp_rank_(\\d{1,9})_?optim_states\\.pt");

  /// `pipe_parallel_size`, as far as there are states of ranks to tell.
  public int pipeParallelSize() {
    return switch (weights) {
      case FILE_PER_LAYER -> stages;
      case FILE_PER_RANK -> 0;
    };
  }

  /// The layout of the checkpoint in a directory `global_step{N}`.
  public static StoredLayout of(Path directory) throws IOException {
    int layerRanks = CheckpointDirectory.layerFiles(directory).size();
    List<Path> states = CheckpointDirectory.modelStateFiles(directory);
    boolean partitioned = !states.isEmpty() && CheckpointDirectory.isPartitioned(states.getFirst());
    boolean layered = layerRanks > 0;
    int tensorRanks = layered ? layerRanks : Math.max(states.size(), 1);
    boolean even = states.size() >= tensorRanks && states.size() % tensorRanks == 0;
    return new StoredLayout(
        layered ? Layout.FILE_PER_LAYER : Layout.FILE_PER_RANK,
        tensorRanks,
        even ? states.size() / tensorRanks : 1,
        dataRanks(directory),
        partitioned);
  }

  /// The files in a checkpoint's directory that hold nothing but what an optimizer remembers.
  public static List<Path> optimizerFiles(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.sorted().toList()) {
        String name = String.valueOf(entry.getFileName());
        if (name.equals(OptimizerStateFile.NAME) || OPTIMIZER_FILE.matcher(name).matches()) {
          files.add(entry);
        }
      }
    }
    return files;
  }

  private static int dataRanks(Path directory) throws IOException {
    int ranks = 0;
    for (Path file : optimizerFiles(directory)) {
      Matcher matcher = OPTIMIZER_FILE.matcher(String.valueOf(file.getFileName()));
      if (matcher.matches()) {
        ranks = Math.max(ranks, Integer.parseInt(matcher.group(1)) + 1);
      }
    }
    return ranks;
  }
}
