package neox.base.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;

/// Locks by which one process at a time has a file.
///
/// The operating system gives a lock back when its channel is closed, and however the process ends.
/// On Linux and macOS it does so as well when *any* channel of the process on the same file is
/// closed: what has locked a file reads and writes it through that channel.
public final class Exclusive {
  /// Locks the file of a channel, which is open for writing; false where somebody has it, who may
  /// be of this very process. [IOException] where the file system has no locks.
  public static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // held by this very process
      return false;
    }
  }

  private Exclusive() {}
}
