package neox.weights.neox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import neox.base.AtomicFile;
import neox.base.Durability;
import neox.base.UserException;
import neox.base.json.Json;
import neox.weights.ByteSource;
import neox.weights.Checked;
import neox.weights.LazyTensor;
import neox.weights.TensorDigest;
import neox.weights.pickle.TorchFile;

/// The digest of each tensor that a checkpoint of ours was written with, in a file of each rank
/// beside its weights: file, then key as stored, then [TensorDigest]. They tell what the checksums
/// inside a file cannot: that a whole file is from another step, or that its copy was changed and
/// saved anew.
///
/// A checkpoint without them (GPT-NeoX writes none) is read as it is.
final class CheckpointDigests {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{16}");
  private static final String ADVICE = "take the file of this checkpoint, or another checkpoint";
  private static final String ALGORITHM = "algorithm";
  private static final String FILES = "files";

  /// A digest, and the file that says so.
  private record Digest(Path source, String hex) {}

  /// By file name; then by key.
  private final Map<String, Map<String, Digest>> files = new LinkedHashMap<>();

  /// Writes those of one rank into a checkpoint's directory.
  ///
  /// @param digests file name, then key as stored, to hexadecimal digits
  static void write(
      Path directory,
      int modelRank,
      Map<String, Map<String, String>> digests,
      Durability durability)
      throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(ALGORITHM, TensorDigest.ALGORITHM);
    json.put(FILES, digests);
    Path file = directory.resolve(CheckpointNames.digestFile(modelRank));
    AtomicFile.write(file, Json.pretty(json), durability);
  }

  /// Reads those of all ranks; [UserException] where they are not such.
  static CheckpointDigests read(Path directory) throws IOException {
    CheckpointDigests digests = new CheckpointDigests();
    for (Path file : CheckpointDirectory.list(directory)) {
      if (CheckpointNames.DIGEST_FILE.matcher(String.valueOf(file.getFileName())).matches()) {
        digests.add(file, Json.read(file));
      }
    }
    return digests;
  }

  /// None, so that none are compared.
  static CheckpointDigests none() {
    return new CheckpointDigests();
  }

  private void add(Path source, JsonNode json) {
    String algorithm = json.path(ALGORITHM).asText();
    if (!algorithm.equals(TensorDigest.ALGORITHM)) {
      throw UserException.of(
          "%s: algorithm is '%s'; expected %s", source, algorithm, TensorDigest.ALGORITHM);
    }
    if (!json.path(FILES).isObject()) {
      throw UserException.of("%s: no files; expected their names and digests", source);
    }
    for (Map.Entry<String, JsonNode> file : json.path(FILES).properties()) {
      Map<String, Digest> keys = files.computeIfAbsent(file.getKey(), _ -> new LinkedHashMap<>());
      for (Map.Entry<String, JsonNode> key : file.getValue().properties()) {
        String hex = key.getValue().asText();
        if (!HEX.matcher(hex).matches()) {
          throw UserException.of(
              "%s: the digest of %s in %s is '%s'; expected 16 hexadecimal digits",
              source, key.getKey(), file.getKey(), hex);
        }
        keys.put(key.getKey(), new Digest(source, hex));
      }
    }
  }

  /// The tensor as it is, where nothing is known of its file; else one that is compared with its
  /// digest, in place of its checksum, when it is checked.
  ///
  /// @param source whose tensor it is
  /// @param key as it is stored there
  LazyTensor compared(TorchFile source, String key, LazyTensor tensor) {
    Map<String, Digest> known = files.getOrDefault(name(source), Map.of());
    if (known.isEmpty()) {
      return tensor;
    }
    Digest digest = known.get(key);
    if (digest == null) {
      throw UserException.of(
          "%s: tensor %s is not among those that were written with this checkpoint, as %s says; %s",
          source.path(), key, known.values().iterator().next().source().getFileName(), ADVICE);
    }
    ByteSource stored = tensor.bytes() instanceof Checked(var bytes, _) ? bytes : tensor.bytes();
    Comparison comparison = new Comparison(source.path(), key, digest, tensor.bytes());
    return new LazyTensor(tensor.dtype(), tensor.shape(), new Checked(stored, comparison));
  }

  private static String name(TorchFile file) {
    return String.valueOf(file.path().getFileName());
  }

  /// Compares a tensor with its digest, once.
  private static final class Comparison implements Checked.Checksum {
    private final Path file;
    private final String key;
    private final Digest digest;
    private final ByteSource bytes;
    private boolean equal;

    /// @param bytes with the checksum of the file
    Comparison(Path file, String key, Digest digest, ByteSource bytes) {
      this.file = file;
      this.key = key;
      this.digest = digest;
      this.bytes = bytes;
    }

    @Override
    public synchronized void compare() throws IOException {
      if (equal) {
        return;
      }
      String hex = TensorDigest.of(bytes);
      if (!hex.equals(digest.hex())) {
        bytes.check(); // where the file itself is damaged, it says so
        throw UserException.of(
            "%s: tensor %s is not the one that was written with this checkpoint: its digest is %s,"
                + " but %s in %s; %s",
            file, key, hex, digest.hex(), digest.source().getFileName(), ADVICE);
      }
      equal = true;
    }
  }
}
