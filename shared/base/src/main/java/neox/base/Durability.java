package neox.base;

/// What must have happened to bytes before their file gets its name. Either way it appears complete
/// or not at all when the process dies; they differ when the machine does.
public enum Durability {
  /// They are on the disk: for what could not be made again, such as the state of a run.
  FORCED,
  /// The system has them, and will write them, as after `cp`: for what follows from files that are
  /// still there. A machine that dies in the next seconds may leave files that are too short.
  HANDED_OVER
}
