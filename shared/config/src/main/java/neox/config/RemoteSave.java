package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.base.Addresses;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Where finished checkpoints are pushed to.
///
/// @param address a directory, or the address of a folder in a store
/// @param belowNameOfSave whether they lie there in a folder of the name that `save` ends in, as
///   GPT-NeoX has it (`s3_path`)
/// @param chunkBytes large files are sent in parts of this size (`s3_chunk_size`)
/// @param stopSeconds how long a run that was asked to stop goes on pushing
///   (`remote_save_stop_seconds`)
public record RemoteSave(
    String address, boolean belowNameOfSave, long chunkBytes, int stopSeconds) {
  private static final String S3_PATH = "s3_path";
  private static final String FOLDER = "remote_save_folder";
  private static final int USUAL_CHUNK_BYTES = 104_857_600;

  /// What S3 accepts as a part.
  private static final int LEAST_CHUNK_BYTES = 5 << 20;

  private static final int USUAL_STOP_SECONDS = 30;

  /// A name and a password do not belong into an address, nor does a signature behind a '?'.
  private static final Pattern S3 = Pattern.compile("s3://[^/@?#]+(/[^?#]*)?");

  private static final Pattern STORE = Pattern.compile("(s3|hf)://[^/@?#]+(/[^?#]*)?");

  private static final Pattern DATA_SET = Pattern.compile("hf://datasets(/.*)?");

  /// The folder that the checkpoints of `save` go to.
  public String folder(Path save) {
    String folder = address.replaceAll("(?<!/)/+$", "");
    return belowNameOfSave
        ? folder + "/" + save.toAbsolutePath().normalize().getFileName()
        : folder;
  }

  static Optional<RemoteSave> from(ConfigTable t, Optional<Path> save) {
    Optional<String> s3 =
        t.optional(
            S3_PATH,
            ConfigType.text(),
            "s3://bucket/prefix below which each finished checkpoint is pushed, in a folder of the"
                + " name that save ends in");
    long chunk =
        t.count(
            "s3_chunk_size",
            USUAL_CHUNK_BYTES,
            Range.atLeast(LEAST_CHUNK_BYTES),
            "bytes of a part in which large files are pushed");
    Optional<String> folder =
        t.optional(
            FOLDER,
            ConfigType.text(),
            "s3://bucket/folder, hf://owner/name or a directory to push each finished checkpoint"
                + " to, while the run goes on");
    int stopSeconds =
        t.integer(
            "remote_save_stop_seconds",
            USUAL_STOP_SECONDS,
            Range.atLeast(0),
            "how long a run that is asked to stop goes on pushing; what is left is pushed by the"
                + " run that continues it");
    check(t, s3, folder, save);
    return s3.or(() -> folder)
        .map(address -> new RemoteSave(address, s3.isPresent(), chunk, stopSeconds));
  }

  private static void check(
      ConfigTable t, Optional<String> s3, Optional<String> folder, Optional<Path> save) {
    t.check(
        s3.isEmpty() || folder.isEmpty(),
        List.of(FOLDER, S3_PATH),
        "contradicts s3_path, which says where to push, too; give one of the two");
    t.check(
        save.isPresent() || (s3.isEmpty() && folder.isEmpty()),
        List.of(s3.isPresent() ? S3_PATH : FOLDER, "save"),
        "says where to push checkpoints, but there are none; set save to a directory of this"
            + " machine");
    t.check(
        s3.isEmpty() || S3.matcher(s3.get()).matches(),
        List.of(S3_PATH),
        "expected s3://bucket/prefix, without a name, a password or '?'");
    t.check(
        folder.isEmpty() || isFolder(folder.get()),
        List.of(FOLDER),
        "expected a directory, s3://bucket/folder or hf://owner/name, without a name, a password"
            + " or '?'");
    t.check(
        folder.isEmpty() || !DATA_SET.matcher(folder.get()).matches(),
        List.of(FOLDER),
        "is a data set; expected a model's repository, hf://owner/name");
    t.check(
        folder.isEmpty() || save.isEmpty() || !folder.get().equals(save.get().toString()),
        List.of(FOLDER, "save"),
        "is the directory of save; expected another one");
  }

  private static boolean isFolder(String text) {
    return STORE.matcher(text).matches() || (!text.contains("://") && !text.isBlank());
  }

  /// The folder as a path to read from.
  public Path readable(Path save) {
    return Addresses.path(folder(save));
  }
}
