package neox.train.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.UserException;
import neox.config.CheckpointConfig;
import neox.config.CheckpointConfig.Scale;
import neox.remote.DirectoryStore;
import neox.remote.Listing;
import neox.remote.ObjectStore;
import neox.remote.StoredObject;
import neox.remote.push.StoreTarget;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointPusherTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Gate gate = new Gate();

  /// Lets files through, keeps them waiting, or fails.
  private final class Gate implements ObjectStore {
    private volatile CountDownLatch open = new CountDownLatch(0);
    private volatile Optional<String> trouble = Optional.empty();
    private volatile Optional<String> refusal = Optional.empty();
    private volatile Optional<Supplier<Throwable>> bug = Optional.empty();

    private DirectoryStore store() {
      return new DirectoryStore(directory.resolve("there"));
    }

    private void pass() throws IOException {
      if (trouble.isPresent()) {
        throw new IOException(trouble.get());
      }
      if (refusal.isPresent()) {
        throw new UserException(refusal.get());
      }
      if (bug.isPresent()) {
        CheckpointPusherTest.<IOException>throwAny(bug.get().get());
      }
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted");
      }
    }

    @Override
    public Optional<StoredObject> find(String key) throws IOException {
      return store().find(key);
    }

    @Override
    public Listing list(String folder) throws IOException {
      pass();
      return store().list(folder);
    }

    @Override
    public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
      store().read(object, from, into);
    }

    @Override
    public void put(String key, LocalContent content, LongConsumer sent) throws IOException {
      pass();
      store().put(key, content, sent);
    }

    @Override
    public void put(String key, byte[] bytes) throws IOException {
      pass();
      store().put(key, bytes);
    }

    @Override
    public void close() {}
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwAny(Throwable any) throws T {
    throw (T) any;
  }

  private CheckpointStore store() {
    return new CheckpointStore(directory.resolve("save"));
  }

  private void checkpoint(long step) throws IOException {
    Path path = store().path(step);
    Files.createDirectories(path);
    Files.writeString(path.resolve("layer.pt"), "weights of " + step);
    Files.writeString(store().root().resolve("latest"), "global_step" + step);
  }

  private Console console() {
    return new Console(
        InputStream.nullInputStream(),
        new PrintStream(OutputStream.nullOutputStream()),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        false);
  }

  private Retention retention(int keepLast) {
    CheckpointConfig config =
        new CheckpointConfig(
            Optional.of(store().root()),
            Optional.empty(),
            Optional.empty(),
            Scale.LINEAR,
            Optional.empty(),
            List.of(),
            Optional.of(keepLast),
            false,
            true,
            true,
            true,
            false,
            Optional.empty(),
            Optional.empty());
    return new Retention(store(), config, console());
  }

  private CheckpointPusher start(Retention retention) throws IOException {
    return CheckpointPusher.start(
        new CheckpointPusher.Parts(
            new StoreTarget(gate, "there", ""),
            store(),
            retention,
            console(),
            Duration.ofMillis(5)));
  }

  private String told() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.sleep(2);
    }
  }

  private boolean isThere(long step) {
    return Files.exists(directory.resolve("there/global_step" + step + "/neox-manifest.json"));
  }

  @Test
  void pushesWhatIsSavedAndMarksIt() throws Exception {
    try (CheckpointPusher pusher = start(retention(9))) {
      for (long step : LongStream.of(1, 2, 3).toArray()) {
        checkpoint(step);
        pusher.saved(step);
      }
      until(() -> pusher.waiting().isEmpty());
      assertThat(isThere(1) && isThere(2) && isThere(3)).isTrue();
      assertThat(directory.resolve("there/latest")).hasContent("global_step3");
      assertThat(store().path(2).resolve(".neox-pushed")).hasContent("there");
      pusher.report("not asked");
    }
    assertThat(told())
        .contains("pushed " + store().path(2) + " to there (12 bytes)")
        .endsWith("all checkpoints are at there\n");
  }

  @Test
  void retentionWaitsForWhatIsNotPushed() throws Exception {
    Retention retention = retention(1);
    gate.open = new CountDownLatch(1);
    CountDownLatch closed = gate.open;
    gate.open = new CountDownLatch(0);
    try (CheckpointPusher pusher = start(retention)) {
      gate.open = closed;
      for (long step : LongStream.of(1, 2, 3).toArray()) {
        checkpoint(step);
        pusher.saved(step);
        retention.run(pusher.waiting());
      }
      assertThat(store().iterations()).containsExactly(1L, 2L, 3L);
      closed.countDown();
      until(() -> pusher.waiting().isEmpty());
      until(() -> iterations().equals(List.of(3L)));
      assertThat(isThere(1) && isThere(2) && isThere(3)).isTrue();
    }
  }

  private List<Long> iterations() {
    try {
      return store().iterations();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatFailsIsToldAndTriedAgain() throws Exception {
    try (CheckpointPusher pusher = start(retention(9))) {
      gate.trouble = Optional.of("s3://b: the network is down");
      checkpoint(1);
      pusher.saved(1);
      until(() -> told().contains("trying again"));
      checkpoint(2);
      pusher.saved(2);
      until(() -> told().contains("2 checkpoints wait"));
      gate.trouble = Optional.empty();
      until(() -> pusher.waiting().isEmpty());
      assertThat(isThere(1) && isThere(2)).isTrue();
    }
    assertThat(told())
        .contains(
            "warning: global_step1 is not pushed: s3://b: the network is down; trying again in 1 s\n")
        .contains(" (2 checkpoints wait, and none of them is deleted)");
  }

  @Test
  void whatARunHasLeftIsPushedByTheNext() throws Exception {
    checkpoint(1);
    try (CheckpointPusher pusher = start(retention(9))) {
      until(() -> pusher.waiting().isEmpty());
    }
    checkpoint(2);
    checkpoint(3);
    err.reset();
    try (CheckpointPusher pusher = start(retention(9))) {
      assertThat(pusher.waiting()).isSubsetOf(2L, 3L);
      until(() -> pusher.waiting().isEmpty());
    }
    assertThat(told()).contains("pushing what is not at there yet: global_step2, global_step3");
    assertThat(isThere(2) && isThere(3)).isTrue();
  }

  @Test
  void aRunThatEndsTriesAFewTimesAndSaysWhatIsNotThere() throws Exception {
    try (CheckpointPusher pusher = start(retention(9))) {
      gate.refusal = Optional.of("s3://b: access is denied");
      checkpoint(1);
      pusher.saved(1);
      pusher.end();
      until(() -> !pusher.isBusy() && told().contains("trying again"));
      pusher.report("run the same command again to push them");
    }
    assertThat(told())
        .endsWith(
            "warning: not pushed to there: global_step1 (s3://b: access is denied); run the same"
                + " command again to push them\n");
  }

  static Stream<Supplier<Throwable>> bugs() {
    return Stream.of(
        () -> new IllegalStateException("a bug"),
        () -> new NoClassDefFoundError("a bug"),
        () -> new OutOfMemoryError("a bug"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void whatNobodyHasExpectedIsToldAndEndsNothing(Supplier<Throwable> bug) throws Exception {
    try (CheckpointPusher pusher = start(retention(9))) {
      gate.bug = Optional.of(bug);
      checkpoint(1);
      pusher.saved(1);
      until(() -> told().contains("trying again"));
      gate.bug = Optional.empty();
      until(() -> pusher.waiting().isEmpty());
      assertThat(isThere(1)).isTrue();

      gate.bug = Optional.of(bug);
      checkpoint(2);
      pusher.saved(2);
      pusher.end();
      until(() -> !pusher.isBusy());
      pusher.report("run the same command again to push them");
    }
    String why = "unexpected: " + bug.get();
    assertThat(told())
        .contains("warning: global_step1 is not pushed: " + why + "; trying again in 1 s\n")
        .contains(
            "warning: not pushed to there: global_step2 (" + why + "); run the same command again");
  }

  @Test
  void nobodyWaitsForAPusherWhoseThreadHasEnded() throws Exception {
    CheckpointPusher pusher = start(retention(9));
    pusher.close();
    pusher.saved(1);
    pusher.end();
    assertThat(pusher.waiting()).isNotEmpty();
    assertThat(pusher.isBusy()).isFalse();
  }

  @Test
  void aRunThatFailsSaysWhatIsNotThere() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (CheckpointPusher pusher = start(retention(9))) {
      gate.open = never;
      checkpoint(1);
      pusher.saved(1);
    }
    assertThat(told())
        .isEqualTo(
            "warning: not pushed to there: global_step1; the run that continues this one pushes"
                + " them\n");
    assertThat(isThere(1)).isFalse();
  }

  @Test
  void aTargetThatLetsNobodyInIsRefusedAtTheStart() {
    gate.refusal = Optional.of("s3://b: there is no such bucket");
    assertThatThrownBy(() -> start(retention(9)))
        .isInstanceOf(UserException.class)
        .hasMessage("s3://b: there is no such bucket");
  }

  @Test
  void aNetworkThatIsDownAtTheStartIsOnlyTold() throws Exception {
    gate.trouble = Optional.of("s3://b: unknown host");
    try (CheckpointPusher pusher = start(retention(9))) {
      assertThat(pusher.waiting()).isEmpty();
    }
    assertThat(told())
        .isEqualTo("warning: s3://b: unknown host; checkpoints are pushed once it answers\n");
  }

  @Test
  void aCheckpointThatIsGoneIsForgotten() throws Exception {
    try (CheckpointPusher pusher = start(retention(9))) {
      pusher.saved(7);
      until(() -> pusher.waiting().equals(Set.of()));
    }
    assertThat(told())
        .contains("warning: " + store().path(7) + " was deleted before it was pushed");
  }
}
