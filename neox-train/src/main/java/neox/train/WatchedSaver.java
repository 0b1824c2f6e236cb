package neox.train;

import java.io.IOException;
import neox.train.checkpoint.Saver;
import neox.train.heartbeat.Heartbeat;
import neox.train.heartbeat.Phase;

/// A saver whose saves are told to whoever watches.
record WatchedSaver(Saver saver, Heartbeat heartbeat) implements Saver {
  @Override
  public void saveIfDue(long step) throws IOException {
    heartbeat.during(Phase.SAVE, () -> saver.saveIfDue(step));
  }

  @Override
  public boolean save(long step) throws IOException {
    boolean[] saved = new boolean[1];
    heartbeat.during(Phase.SAVE, () -> saved[0] = saver.save(step));
    return saved[0];
  }

  @Override
  public String lastGood() throws IOException {
    return saver.lastGood();
  }
}
