package neox.hub.examples;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.config.model.Norm;
import neox.hub.examples.internal.Inner;
import neox.weights.pickle.TorchFile;
import org.bytedeco.javacpp.Pointer;

/// What no class of ours may do; the tests of the rules look at it.
class BreaksTheRules {
  static int count;

  Norm.Name norm = Norm.Name.LAYERNORM;
  Inner inner = new Inner();
  Class<?> pickle = TorchFile.class;
  Class<?> libtorch = Pointer.class;

  static void stop() {
    count++;
    System.out.println(System.getenv("HOME"));
    System.exit(1);
  }

  static String read(Path file) throws IOException {
    FileChannel.open(file).close();
    return Files.readString(file);
  }
}
