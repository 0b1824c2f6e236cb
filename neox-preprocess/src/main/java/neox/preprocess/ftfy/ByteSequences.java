package neox.preprocess.ftfy;

import java.io.ByteArrayOutputStream;
import java.util.List;

/// Finds short sequences of byte sets; where several fit, the one that was given first counts.
final class ByteSequences {
  private final List<List<CodePointSet>> sequences;

  ByteSequences(List<List<String>> rows) {
    this.sequences =
        rows.stream().map(row -> row.stream().map(CodePointSet::parse).toList()).toList();
  }

  boolean occurIn(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (lengthAt(bytes, i) > 0) {
        return true;
      }
    }
    return false;
  }

  /// What to write in place of a sequence found at `bytes[from, to)`.
  interface Replacement {
    void write(byte[] bytes, int from, int to, ByteArrayOutputStream out);
  }

  byte[] replace(byte[] bytes, Replacement replacement) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; ) {
      int length = lengthAt(bytes, i);
      if (length == 0) {
        out.write(bytes[i++]);
      } else {
        replacement.write(bytes, i, i + length, out);
        i += length;
      }
    }
    return out.toByteArray();
  }

  private int lengthAt(byte[] bytes, int at) {
    for (List<CodePointSet> sequence : sequences) {
      if (fits(sequence, bytes, at)) {
        return sequence.size();
      }
    }
    return 0;
  }

  private static boolean fits(List<CodePointSet> sequence, byte[] bytes, int at) {
    if (at + sequence.size() > bytes.length) {
      return false;
    }
    for (int i = 0; i < sequence.size(); i++) {
      if (!sequence.get(i).contains(bytes[at + i] & 0xff)) {
        return false;
      }
    }
    return true;
  }
}
