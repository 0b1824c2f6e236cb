package neox.base;

/// A picocli command that does its work when called and returns an [ExitCode].
///
/// Commands write data to `console.out()`, everything else to `console.err()`, and never touch
/// `System.in`, `System.out` or `System.exit`, so that tests call them in-process.
public interface ToolCommand {
  int call(Console console) throws Exception;
}
