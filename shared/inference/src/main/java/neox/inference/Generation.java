package neox.inference;

import java.util.Arrays;

/// What followed a prompt.
///
/// @param tokens the new ones, without the end-of-document token
/// @param finished whether an end-of-document token ended it
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
public record Generation(int[] tokens, boolean finished) {
  /// What a model has written until `eod` stopped it.
  public static Generation of(int[] written, int eod) {
    boolean finished = written.length > 0 && written[written.length - 1] == eod;
    return new Generation(
        finished ? Arrays.copyOf(written, written.length - 1) : written, finished);
  }
}
