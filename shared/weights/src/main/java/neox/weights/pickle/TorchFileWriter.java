package neox.weights.pickle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import neox.base.AtomicFile;
import neox.base.Durability;
import neox.weights.NamedTensor;
import neox.weights.TensorCopier;
import neox.weights.TensorCopier.Threads;

/// Writes `.pt` files that `torch.load(weights_only=True)` reads.
///
/// Values may be made of maps, [OrderedDict], lists, [Tuple], strings, integers, floating-point
/// numbers, booleans, [None], `byte[]`, [TensorView], and [NamedTensor], whose bytes are asked for
/// one after the other. Tensors pass through (see [TensorCopier]); those with the same bytes, in
/// memory or in a file, share a storage in the new file too.
public final class TorchFileWriter {
  private static final String ROOT = "archive/";
  private static final String FORMAT_VERSION = "3\n";

  /// Writes `root` atomically to `file`.
  ///
  /// @return the digest of each [NamedTensor] in it (by identity), see [TensorDigest]
  public static IdentityHashMap<NamedTensor, String> write(Path file, Object root)
      throws IOException {
    return write(file, root, Durability.FORCED, Threads.OWN);
  }

  /// Writes `root` atomically to `file`.
  ///
  /// @param copying who copies its tensors
  /// @return the digest of each [NamedTensor] in it (by identity), see [TensorDigest]
  public static IdentityHashMap<NamedTensor, String> write(
      Path file, Object root, Durability durability, Threads copying) throws IOException {
    PickleWriter pickle = new PickleWriter();
    byte[] bytes = pickle.write(root);
    List<NamedTensor> storages = pickle.storages();
    try (AtomicFile atomic = AtomicFile.createLarge(file, durability);
        TensorCopier copier = TensorCopier.of(storages, copying)) {
      ZipWriter zip = new ZipWriter(atomic.channel());
      zip.add(ROOT + "data.pkl", bytes);
      zip.add(ROOT + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      List<String> digests = new ArrayList<>();
      for (int i = 0; i < storages.size(); i++) {
        digests.add(zip.addNext(ROOT + "data/" + i, copier));
      }
      zip.add(ROOT + "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
      zip.finish();
      atomic.commit();
      IdentityHashMap<NamedTensor, String> written = new IdentityHashMap<>();
      pickle.stored().forEach((tensor, storage) -> written.put(tensor, digests.get(storage)));
      return written;
    }
  }

  private TorchFileWriter() {}
}
