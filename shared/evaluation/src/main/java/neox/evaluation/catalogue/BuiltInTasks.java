package neox.evaluation.catalogue;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Objects;

/// The task files that come with this program: a folder of its resources, in a directory or a jar.
final class BuiltInTasks implements AutoCloseable {
  private static final String FOLDER = "/tasks";

  private final Path folder;
  private final Closeable jar;

  private BuiltInTasks(Path folder, Closeable jar) {
    this.folder = folder;
    this.jar = jar;
  }

  static BuiltInTasks open() throws IOException {
    URL url = Objects.requireNonNull(BuiltInTasks.class.getResource(FOLDER), FOLDER);
    try {
      URI uri = url.toURI();
      if (uri.getScheme().equals("file")) {
        return new BuiltInTasks(Path.of(uri), () -> {});
      }
      String jar = uri.getRawSchemeSpecificPart().replaceFirst("!.*$", "");
      FileSystem files = FileSystems.newFileSystem(Path.of(URI.create(jar)));
      return new BuiltInTasks(files.getPath(FOLDER), files);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(url.toString(), e);
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    jar.close();
  }
}
