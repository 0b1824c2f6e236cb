package neox.remote.push;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import neox.remote.Manifest;

/// Where finished directories go. One thread uses it. The owner closes it.
///
/// What the user has to mend is a [UserException]; an [IOException] is trouble that has outlasted
/// the repeated calls.
public sealed interface PushTarget extends AutoCloseable permits StoreTarget, HubTarget {
  /// As messages name it.
  String address();

  /// Asks whether the target is there and lets us in, before there is anything to push.
  void check() throws IOException, InterruptedException;

  /// Stores a directory under its own name, its manifest last, and then has `latest` name it. What
  /// is there already of the same content is not sent again, so that a push that was broken off is
  /// continued by another call.
  ///
  /// @param manifest of the directory as it is
  /// @param sent hears how many bytes are there since it was called last; from several threads
  void push(Path directory, Manifest manifest, LongConsumer sent)
      throws IOException, InterruptedException;

  @Override
  void close();
}
