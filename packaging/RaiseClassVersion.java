import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// Rewrites the classes of a jar that were compiled for Java 5 as classes for Java 8, which differ
/// only by the tables that make them quick to verify. The JVM keeps no older classes in its cache:
/// those of picocli were read, checked and linked anew at each start, a third of the time that
/// `--help` takes.
///
/// Usage: java RaiseClassVersion.java JAR
class RaiseClassVersion {
  private static final int JAVA_5 = 49;
  private static final int JAVA_8 = 52;
  private static final int MAJOR_VERSION_AT = 7;

  private final JarFile jar;
  private final ClassFile classFile;

  private RaiseClassVersion(JarFile jar) {
    this.jar = jar;
    this.classFile =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(this::open).cached()));
  }

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Path raised = file.resolveSibling(file.getFileName() + ".new");
    try (JarFile jar = new JarFile(file.toFile())) {
      new RaiseClassVersion(jar).write(raised);
    }
    Files.move(raised, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private void write(Path target) throws IOException {
    Manifest manifest = jar.getManifest();
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Changed-By"), "neox: class files of Java 5 raised to Java 8");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target))) {
      JarEntry first = new JarEntry(JarFile.MANIFEST_NAME);
      first.setTime(jar.getEntry(JarFile.MANIFEST_NAME).getTime());
      out.putNextEntry(first);
      manifest.write(out);
      out.closeEntry();
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
          JarEntry same = new JarEntry(entry.getName());
          same.setTime(entry.getTime());
          out.putNextEntry(same);
          out.write(raised(entry));
          out.closeEntry();
        }
      }
    }
  }

  private byte[] raised(JarEntry entry) throws IOException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = in.readAllBytes();
    }
    if (!entry.getName().endsWith(".class") || bytes[MAJOR_VERSION_AT] != JAVA_5) {
      return bytes;
    }
    ClassTransform version = ClassTransform.endHandler(builder -> builder.withVersion(JAVA_8, 0));
    ClassTransform code = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
    return classFile.transformClass(classFile.parse(bytes), version.andThen(code));
  }

  /// The class file of a class: of this jar, or of the JDK.
  private InputStream open(ClassDesc type) {
    String descriptor = type.descriptorString(); // Lpackage/Name;
    String name = descriptor.substring(1, descriptor.length() - 1) + ".class";
    JarEntry entry = jar.getJarEntry(name);
    try {
      return entry == null
          ? ClassLoader.getSystemResourceAsStream(name)
          : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
