package neox.prepare;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.datasets.Glob;
import neox.hub.RemoteFile;
import neox.hub.Snapshot;

/// Chooses the files of a model's repository that a model needs: its configuration, its tokenizer,
/// and its weights in one form.
///
/// @param include patterns of what to take instead; empty for the usual choice
/// @param exclude patterns of what to leave out
record CheckpointFiles(List<String> include, List<String> exclude) {
  private static final Pattern PART = Pattern.compile("(.*)-\\d+-of-(\\d{1,9})\\.[a-z]+");
  private static final Set<String> BESIDE =
      Set.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja",
          "chat_template.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model");
  private static final List<String> SAFETENSORS =
      List.of("model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json");
  private static final List<String> TORCH =
      List.of("pytorch_model.bin", "pytorch_model-*-of-*.bin", "pytorch_model.bin.index.json");

  /// The files in the order of their names; [UserException] when there are none.
  List<RemoteFile> choose(Snapshot snapshot) {
    boolean safetensors = snapshot.files().stream().anyMatch(file -> fits(SAFETENSORS, file));
    List<String> weights = safetensors ? SAFETENSORS : TORCH;
    Stream<RemoteFile> wanted =
        snapshot.files().stream()
            .filter(file ->
                include.isEmpty()
                    ? BESIDE.contains(file.name()) || fits(weights, file)
                    : fits(include, file));
    List<RemoteFile> chosen = wanted.filter(file -> !fits(exclude, file)).toList();
    if (chosen.isEmpty()) {
      throw UserException.of(
          "%s has no file of a model, or none that fits; its files are %s",
          snapshot.repo(), snapshot.files().stream().map(RemoteFile::name).limit(20).toList());
    }
    if (include.isEmpty()
        && exclude.isEmpty()
        && chosen.stream().noneMatch(f -> fits(weights, f))) {
      throw UserException.of(
          "%s has no weights that are read here (model.safetensors or pytorch_model.bin); choose"
              + " files with --include",
          snapshot.repo());
    }
    return chosen;
  }

  /// Refuses when there are only some of the parts that the weights have been cut into, which can
  /// be so of what somebody else has downloaded.
  static void requireAllParts(Snapshot snapshot) {
    Map<String, Integer> parts = new HashMap<>();
    for (RemoteFile file : snapshot.files()) {
      Matcher matcher = PART.matcher(file.name());
      if (matcher.matches()) {
        parts.merge(matcher.group(1) + " " + matcher.group(2), 1, Integer::sum);
      }
    }
    parts.forEach((name, there) -> {
      int all = Integer.parseInt(name.substring(name.lastIndexOf(' ') + 1));
      if (there < all) {
        throw UserException.of(
            "%s at %s: only %d of the %d parts of its weights are on this machine; download the"
                + " others first",
            snapshot.repo(), snapshot.commit(), there, all);
      }
    });
  }

  private static boolean fits(List<String> patterns, RemoteFile file) {
    return Glob.fitsAny(patterns, file.name());
  }
}
