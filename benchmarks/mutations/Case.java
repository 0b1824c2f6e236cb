import java.nio.file.Path;

/// One damaged file, and where a tool finds it.
///
/// @param input the directory with the damaged file, which nothing may change
/// @param output a directory that is empty before the run
record Case(Path input, Path output, String damaged) {
  String in(String name) {
    return input.resolve(name).toString();
  }

  String out(String name) {
    return output.resolve(name).toString();
  }
}
