package neox.train;

import java.io.IOException;
import neox.train.checkpoint.Saver;
import neox.train.heartbeat.Heartbeat;
import neox.train.heartbeat.Phase;

/// A saver whose saves are told to whoever watches, and timed.
record WatchedSaver(Saver saver, Heartbeat heartbeat, AsideTimer timer) implements Saver {
  private static final String NAME = "save";

  @Override
  public void saveIfDue(long step) throws IOException {
    heartbeat.during(Phase.SAVE, () -> timer.time(NAME, step, () -> saver.saveIfDue(step)));
  }

  @Override
  public boolean save(long step) throws IOException {
    boolean[] saved = new boolean[1];
    heartbeat.during(Phase.SAVE, () -> timer.time(NAME, step, () -> saved[0] = saver.save(step)));
    return saved[0];
  }

  @Override
  public String lastGood() throws IOException {
    return saver.lastGood();
  }
}
