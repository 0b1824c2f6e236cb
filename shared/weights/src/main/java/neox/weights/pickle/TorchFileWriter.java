package neox.weights.pickle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import neox.base.AtomicFile;
import neox.weights.NamedTensor;
import neox.weights.TensorCopier;

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
  public static void write(Path file, Object root) throws IOException {
    PickleWriter pickle = new PickleWriter();
    byte[] bytes = pickle.write(root);
    List<NamedTensor> storages = pickle.storages();
    try (AtomicFile atomic = AtomicFile.create(file);
        TensorCopier copier = TensorCopier.of(storages)) {
      ZipWriter zip = new ZipWriter(atomic.channel());
      zip.add(ROOT + "data.pkl", bytes);
      zip.add(ROOT + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < storages.size(); i++) {
        zip.addNext(ROOT + "data/" + i, copier);
      }
      zip.add(ROOT + "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
      zip.finish();
      atomic.commit();
    }
  }

  private TorchFileWriter() {}
}
