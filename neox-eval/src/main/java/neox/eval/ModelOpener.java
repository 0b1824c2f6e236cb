package neox.eval;

import java.io.IOException;
import neox.inference.load.LoadedModel;

/// Opens models; tests bring their own.
@FunctionalInterface
interface ModelOpener {
  /// The model is the caller's to close.
  LoadedModel open(ModelLocation location) throws IOException;
}
