package neox.weights.neox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.weights.MappedFile;

/// What DeepSpeed and GPT-NeoX call the files and directories of checkpoints.
public final class CheckpointNames {
  /// The file beside the checkpoints that holds the name of the one to continue from.
  public static final String LATEST = "latest";

  /// Matches the name of a checkpoint's directory.
  public static final String DIRECTORY_REGEX = "global_step\\d{1,18}";

  static final Pattern LAYER_FILE =
      Pattern.compile("layer_(\\d{1,9})-model_(\\d{1,9})-model_states\\.pt");
  static final Pattern RANK_FILE = Pattern.compile("mp_rank_(\\d{1,9})_model_states\\.pt");

  /// What a rank's tensors were when it wrote them; ours alone.
  static final Pattern DIGEST_FILE = Pattern.compile("mp_rank_(\\d{1,9})_digests\\.json");

  /// A rank's state with ZeRO 3, of the first data-parallel rank.
  static final Pattern PARTITIONED_FILE =
      Pattern.compile("zero_pp_rank_0_mp_rank_(\\d{1,9})_model_states\\.pt");

  private static final int LONGEST_NAME = 255;
  private static final Pattern NAME = Pattern.compile("[^/\\\\\\p{Cntrl}\\ufffd]+");
  private static final Pattern DIRECTORY = Pattern.compile("global_step(\\d{1,18})");

  /// The name of the directory of the checkpoint after `iteration` steps.
  public static String directory(long iteration) {
    return "global_step" + iteration;
  }

  /// The iteration in the name of a checkpoint's directory; empty for another name.
  public static OptionalLong iteration(String directoryName) {
    Matcher matcher = DIRECTORY.matcher(directoryName);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  /// What [#LATEST] in `directory` names; [UserException] when that cannot be a checkpoint's name.
  public static String readLatest(Path directory) throws IOException {
    Path file = directory.resolve(LATEST);
    MappedFile.check(file);
    String name;
    try (InputStream in = NamedFiles.newInputStream(file)) {
      name = new String(in.readNBytes(LONGEST_NAME), StandardCharsets.UTF_8).strip();
    }
    if (!NAME.matcher(name).matches() || name.matches("\\.{1,2}")) {
      throw UserException.of("%s: '%s' is not the name of a checkpoint", file, name);
    }
    return name;
  }

  /// One layer as one tensor-parallel rank holds it.
  static String layerFile(int layer, int tensorRank) {
    return String.format(Locale.ROOT, "layer_%02d-model_%02d-model_states.pt", layer, tensorRank);
  }

  /// What one rank stores besides layers.
  ///
  /// @param modelRank counted over all stages, the ranks of one tensor group next to each other
  static String rankFile(int modelRank) {
    return String.format(Locale.ROOT, "mp_rank_%02d_model_states.pt", modelRank);
  }

  /// The digests of the tensors that one rank has written.
  static String digestFile(int modelRank) {
    return String.format(Locale.ROOT, "mp_rank_%02d_digests.json", modelRank);
  }

  /// What DeepSpeed calls a rank's part of the optimizer's state: plain, and with bfloat16; years
  /// ago there was an underscore less.
  static List<String> optimizerFiles(int dataRank, int modelRank) {
    String ranks = String.format(Locale.ROOT, "zero_pp_rank_%d_mp_rank_%02d", dataRank, modelRank);
    return List.of(
        ranks + "_optim_states.pt",
        "bf16_" + ranks + "_optim_states.pt",
        ranks + "optim_states.pt");
  }

  private CheckpointNames() {}
}
