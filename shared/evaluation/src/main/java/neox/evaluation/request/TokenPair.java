package neox.evaluation.request;

/// A continuation to be scored after a context, as token ids.
///
/// @param context at least one token
/// @param continuation at least one token
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
record TokenPair(int[] context, int[] continuation) {
  TokenPair {
    if (context.length == 0 || continuation.length == 0) {
      throw new IllegalArgumentException(
          context.length + " context and " + continuation.length + " continuation tokens");
    }
  }
}
