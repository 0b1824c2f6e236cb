import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes a list of classes, as `-XX:DumpLoadedClassList` writes it, the same from every practice run
/// that loads the same classes. Which constants of a class have been resolved (`@cp NAME INDEX…`) is
/// chance: a collection that comes earlier, a set in another order, one thread that overtakes or
/// interrupts another. All classes, fields, methods and call sites that each class of the list names
/// stand there afterwards; the JVM resolves those of them that it can when it dumps.
///
/// Usage: java -cp CLASSES… ClassConstants LIST
class ClassConstants {
  public static void main(String[] args) throws IOException {
    Path list = Path.of(args[0]);
    List<String> lines = new ArrayList<>();
    List<String> constants = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      if (!line.startsWith("@cp ")) {
        lines.add(line);
      }
      if (!line.startsWith("@")) {
        constants.add(complete(line));
      }
    }
    lines.addAll(constants);
    Files.write(list, lines);
  }

  private static String complete(String name) throws IOException {
    StringBuilder line = new StringBuilder("@cp ").append(name);
    try (InputStream bytes = ClassLoader.getSystemResourceAsStream(name + ".class")) {
      if (bytes == null) {
        throw new IOException("no class file of " + name);
      }
      for (PoolEntry entry : ClassFile.of().parse(bytes.readAllBytes()).constantPool()) {
        if (entry instanceof ClassEntry
            || entry instanceof MemberRefEntry
            || entry instanceof InvokeDynamicEntry) {
          line.append(' ').append(entry.index());
        }
      }
    }
    return line.toString();
  }

  private ClassConstants() {}
}
