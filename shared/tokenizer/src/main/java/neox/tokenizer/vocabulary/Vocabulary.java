package neox.tokenizer.vocabulary;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.text.ByteStringTable;
import neox.tokenizer.text.ByteStrings;

/// The tokens of a model as its file spells them, with their ids.
///
/// Merges look up their tokens here, 150,000 times at each start, without making a string of any.
/// Filled once, then read by all threads.
public final class Vocabulary {
  /// What stands for the id of a token that is not there.
  public static final int MISSING = -1;

  private final ByteStringTable tokens = new ByteStringTable();
  private int[] ids = new int[1 << 12];

  /// Adds a token; one that is there already takes the new id.
  public void put(String token, int id) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    put(utf8, 0, utf8.length, id);
  }

  /// The same for the token `utf8[from, to)`.
  public void put(byte[] utf8, int from, int to, int id) {
    int index = tokens.add(utf8, from, to);
    if (index == ids.length) {
      ids = Arrays.copyOf(ids, index * 2);
    }
    ids[index] = id;
  }

  /// How many tokens there are.
  public int size() {
    return tokens.strings().size();
  }

  /// The id of a token, or [#MISSING].
  public int id(String token) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    return id(utf8, 0, utf8.length);
  }

  /// The id of the token `utf8[from, to)`, or [#MISSING].
  public int id(byte[] utf8, int from, int to) {
    int index = find(utf8, from, to);
    return index == MISSING ? MISSING : ids[index];
  }

  /// The number of the token `utf8[from, to)` in the order of coming, or [#MISSING].
  public int find(byte[] utf8, int from, int to) {
    int index = tokens.find(utf8, from, to);
    return index == ByteStringTable.NONE ? MISSING : index;
  }

  /// The id of the token that came as number `index`.
  public int idAt(int index) {
    return ids[index];
  }

  /// The token that came as number `index`.
  public String tokenAt(int index) {
    return tokens.strings().text(index);
  }

  /// The bytes of the token that came as number `index`.
  public byte[] bytesAt(int index) {
    ByteStrings strings = tokens.strings();
    return Arrays.copyOfRange(strings.pool(), strings.start(index), strings.end(index));
  }

  /// Whether no two tokens share an id.
  public boolean hasDistinctIds() {
    BitSet seen = new BitSet();
    for (int index = 0; index < size(); index++) {
      if (seen.get(ids[index])) {
        return false;
      }
      seen.set(ids[index]);
    }
    return true;
  }

  /// Whether every byte has a token of its own.
  public boolean hasAllBytes() {
    for (int b = 0; b < ByteAlphabet.SIZE; b++) {
      if (ofByte(b) == MISSING) {
        return false;
      }
    }
    return true;
  }

  /// The id of the token of one byte, or [#MISSING].
  public int ofByte(int unsignedByte) {
    return id(String.valueOf(ByteAlphabet.character(unsignedByte)));
  }
}
