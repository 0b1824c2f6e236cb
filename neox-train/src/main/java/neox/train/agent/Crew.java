package neox.train.agent;

import java.io.IOException;
import java.util.List;

/// The ranks of one host, as the first agent sees them: its own, or those of another agent.
interface Crew extends AutoCloseable {
  /// Starts all of them; none of an earlier attempt may be left.
  void begin(Attempt.Start start) throws IOException;

  /// What is known of each.
  List<RankView> views();

  /// Asks them to save and to end.
  void stop() throws IOException;

  /// Kills them; returns when none is left.
  void end() throws IOException;

  /// Lets the agents of other hosts go.
  ///
  /// @param code they are to end with
  default void leave(int code) {}

  @Override
  void close() throws IOException;
}
