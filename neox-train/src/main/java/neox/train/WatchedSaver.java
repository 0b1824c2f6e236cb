package neox.train;

import java.io.IOException;
import neox.train.checkpoint.Saver;
import neox.train.heartbeat.Heartbeat;
import neox.train.heartbeat.Phase;

/// A saver whose saves are told to whoever watches, and timed.
record WatchedSaver(Saver saver, Heartbeat heartbeat, AsideTimer timer) implements Saver {
  private static final String NAME = "save";

  @Override
  public boolean saveIfDue(long step) throws IOException {
    return timed(step, saver::saveIfDue);
  }

  @Override
  public boolean save(long step) throws IOException {
    return timed(step, saver::save);
  }

  private boolean timed(long step, AsideTimer.Work save) throws IOException {
    boolean[] saved = new boolean[1];
    AsideTimer.Work noted = after -> saved[0] = save.after(after);
    heartbeat.during(Phase.SAVE, () -> timer.time(NAME, step, noted));
    return saved[0];
  }

  @Override
  public boolean isSaved(long step) {
    return saver.isSaved(step);
  }

  @Override
  public String lastGood() throws IOException {
    return saver.lastGood();
  }
}
