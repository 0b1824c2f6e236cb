package neox.weights.pickle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import neox.base.AtomicFile;
import neox.weights.NamedTensor;

/// Writes `.pt` files that `torch.load(weights_only=True)` reads.
///
/// Values may be made of maps, [OrderedDict], lists, [Tuple], strings, integers, floating-point
/// numbers, booleans, [None], `byte[]`, [TensorView], and [NamedTensor], whose bytes are asked for
/// one after the other. Tensors are streamed from where they lie; tensors with the same bytes in
/// memory share a storage in the file too.
public final class TorchFileWriter {
  private static final String ROOT = "archive/";
  private static final String FORMAT_VERSION = "3\n";

  /// Writes `root` atomically to `file`.
  public static void write(Path file, Object root) throws IOException {
    PickleWriter pickle = new PickleWriter();
    byte[] bytes = pickle.write(root);
    try (AtomicFile atomic = AtomicFile.create(file)) {
      ZipWriter zip = new ZipWriter(atomic.channel());
      zip.add(ROOT + "data.pkl", bytes);
      zip.add(ROOT + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      List<NamedTensor> storages = pickle.storages();
      for (int i = 0; i < storages.size(); i++) {
        zip.add(ROOT + "data/" + i, storages.get(i).view().bytes());
      }
      zip.add(ROOT + "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
      zip.finish();
      atomic.commit();
    }
  }

  private TorchFileWriter() {}
}
