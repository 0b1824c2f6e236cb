package neox.base;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// Hears on standard input what the launcher on another host says: to stop; or nothing any more,
/// for it is gone, and nobody would wait for this process or take it down.
public final class LauncherVoice {
  private static final String STOP = "stop";

  /// Listens from now on. The ranks of this host die with this process.
  public static void listen(InputStream in, StopRequest stop) {
    Thread.ofPlatform().name("launcher").daemon().start(() -> hear(in, stop));
  }

  private static void hear(InputStream in, StopRequest stop) {
    try {
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.strip().equals(STOP)) {
          stop.request();
        }
      }
    } catch (IOException e) {
      // Gone as well.
    }
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  private LauncherVoice() {}
}
