package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import neox.config.model.ModelConfig;

/// Where a model comes from. Whatever its format, it opens as a [SourceModel]: a network of NeoX
/// and its weights under NeoX's names. To read another format is one more record.
sealed interface Source permits NeoxSource, DcpSource, HfSource {
  /// The directory that holds the weights, for messages.
  Path origin();

  /// The architecture, known before any weight is read.
  ModelConfig architecture();

  /// Opens the weights; [neox.base.UserException] when they are not all there.
  SourceModel open() throws IOException;
}
