package neox.weights.pickle;

import static neox.weights.pickle.Opcode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostilePickleTest {
  private static final long HUGE = 1L << 62;
  private static final String TOO_LARGE = "a tensor that is too large for any memory";

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("x.pt");
  }

  private void assertRefused(Pickles pickle, String reason) throws IOException {
    Path file = Pickles.archive(file(), pickle.end());
    assertThatThrownBy(() -> TorchFile.open(file).close())
        .isInstanceOf(UserException.class)
        .message()
        .satisfies(message -> {
          assertThat(message).startsWith(file + ": ").endsWith(reason).hasLineCount(1);
          assertThat(message).hasSizeLessThan(file.toString().length() + 200);
        });
  }

  private static long[] longs(long... values) {
    return values;
  }

  private static Pickles tensor(long elements, long offset, long[] sizes, long[] strides) {
    return new Pickles().tensor(elements, offset, sizes, strides);
  }

  @Test
  void refusesTensorsWhoseSizesOverflow() throws IOException {
    assertRefused(tensor(4, 0, longs(HUGE, 4), longs(4, 1)), TOO_LARGE);
    assertRefused(tensor(4, 0, longs(HUGE), longs(HUGE)), TOO_LARGE);
    assertRefused(tensor(4, 0, longs(2, 2), longs(HUGE, HUGE)), TOO_LARGE);
    assertRefused(tensor(4, HUGE + (HUGE - 1), longs(2), longs(1)), TOO_LARGE);
    assertRefused(
        tensor(4, HUGE, longs(2), longs(1)),
        "a tensor of shape [2] reaches beyond its storage of 4");
    assertRefused(
        tensor(4, 0, longs(3), longs(2)), "a tensor of shape [3] reaches beyond its storage of 4");
    assertRefused(tensor(4, 0, longs(-1), longs(1)), "negative size in [-1]");
    assertRefused(tensor(4, 0, longs(2), longs(-1)), "negative stride in [-1]");
    assertRefused(
        tensor(4, -1, longs(2), longs(1)), "sizes, strides and offset of a tensor do not fit");
    assertRefused(
        tensor(4, 0, longs(2), longs(1, 1)), "sizes, strides and offset of a tensor do not fit");
    assertRefused(tensor(4, 0, new long[65], new long[65]), "a tensor of 65 dimensions");
  }

  @Test
  void refusesStoragesThatAreShorterThanTheySay() throws IOException {
    assertRefused(
        tensor(5, 0, longs(1), longs(1)),
        "storage archive/data/0 has 16 bytes; expected 5 times 4");
    assertRefused(
        tensor(HUGE, 0, longs(1), longs(1)),
        "storage archive/data/0 has 16 bytes; expected " + HUGE + " times 4");
    assertRefused(
        tensor(-1, 0, longs(0), longs(1)),
        "storage archive/data/0 has 16 bytes; expected -1 times 4");
  }

  @Test
  void readsDeepCyclicAndExponentialValuesWithoutFollowingThem() throws IOException {
    List<byte[]> pickles =
        List.of(
            new Pickles().repeat(300_000, EMPTY_LIST).repeat(299_999, APPEND).end(),
            new Pickles().op(EMPTY_TUPLE).repeat(300_000, TUPLE1).end(),
            new Pickles().op(EMPTY_LIST, BINPUT, 0, BINGET, 0, APPEND).end(),
            new Pickles().op(EMPTY_TUPLE).repeat(100, BINPUT, 0, BINGET, 0, TUPLE2).end());
    for (byte[] pickle : pickles) {
      Path file = Pickles.archive(file(), pickle);
      try (TorchFile read = TorchFile.open(file)) {
        assertThat(ValueText.of(read.root())).matches("a (list|tuple) of [12]");
      }
      assertThatThrownBy(() -> TorchStore.openFile(file))
          .message()
          .startsWith(file + ": holds a ")
          .endsWith("; expected a dict of tensors");
    }
  }

  @Test
  void namesDeepValuesInFewWordsWhereverTheyAreWrong() throws IOException {
    Pickles laughs = new Pickles().op(EMPTY_TUPLE).repeat(100, BINPUT, 0, BINGET, 0, TUPLE2);
    assertRefused(laughs.op(BINPERSID), "persistent id of another form");
    Pickles key =
        new Pickles().op(EMPTY_DICT, EMPTY_TUPLE).repeat(99, BINPUT, 0, BINGET, 0, TUPLE2);
    assertRefused(key.op(NONE, SETITEM), "a dict key or set member is neither a number nor text");
    Path object =
        Pickles.archive(
            file(),
            new Pickles()
                .global("argparse", "Namespace")
                .op(EMPTY_TUPLE)
                .repeat(1000, TUPLE1)
                .op(REDUCE)
                .end());
    try (TorchFile read = TorchFile.open(object)) {
      assertThat(read.root()).hasToString("an object of argparse.Namespace");
      assertThatThrownBy(() -> NumpyArray.of(read.root()))
          .hasMessage("not a numpy array: an object of argparse.Namespace");
    }
    Path dict =
        Pickles.archive(file(), new Pickles().op(EMPTY_DICT).text("w").op(NONE, SETITEM).end());
    assertThatThrownBy(() -> TorchStore.openFile(dict))
        .hasMessage(dict + ": 'w' holds None; expected names and tensors alone");
  }

  @Test
  void refusesValuesThatGrowBeyondEveryMemory() throws IOException {
    String tooMany = "more than 4,000,000 values, which no checkpoint holds";
    Pickles list =
        new Pickles().op(EMPTY_LIST, MARK).repeat(100_000, BININT1, 1).op(APPENDS, BINPUT, 0);
    for (int i = 0; i < 50; i++) {
      list.global("__builtin__", "set").op(BINGET, 0, TUPLE1, REDUCE);
    }
    assertRefused(list, tooMany);
    assertRefused(new Pickles().repeat(4_000_001, NONE), tooMany);
    assertRefused(new Pickles().repeat(1_001, MARK), "values in values, 1000 deep");
    Pickles number = new Pickles().op(LONG4, 0, 8, 0, 0).repeat(2048, 1);
    assertRefused(number, "an integer of 2048 bytes");
    Pickles strided = new Pickles().op(EMPTY_LIST);
    for (int i = 0; i < 6; i++) {
      strided.tensor(1 << 18, 0, longs(512, 512), longs(1, 512)).op(APPEND);
    }
    Path file = Pickles.archive(file(), strided.end(), new byte[1 << 20]);
    assertThatThrownBy(() -> TorchFile.open(file))
        .hasMessageEndingWith(": strided tensors of many times the size of the file");
  }

  @Test
  void saysWhenValuesAreMissingOrOfAnotherKind() throws IOException {
    String wrong = "a value is missing, or is not of the kind that belongs there";
    assertRefused(new Pickles().op(POP), wrong);
    assertRefused(new Pickles().op(TUPLE2), wrong);
    assertRefused(new Pickles().op(POP_MARK), wrong);
    assertRefused(new Pickles().op(NONE, REDUCE), wrong);
    assertRefused(new Pickles().op(EMPTY_DICT, NONE, APPEND), wrong);
    assertRefused(new Pickles().op(EMPTY_DICT, MARK, NONE, SETITEMS), wrong);
    assertRefused(new Pickles().global("torch", "Size").op(EMPTY_TUPLE, REDUCE), wrong);
    assertRefused(new Pickles().op(BINGET, 7), "memo slot 7 is empty");
    assertRefused(
        new Pickles().global("os", "x".repeat(100_000)),
        ": a checkpoint holds tensors, numbers and text, and this file would run other code");
  }

  @Test
  void keepsWhatEachOpcodeMeans() throws IOException {
    byte[] pickle =
        new Pickles()
            .op(EMPTY_DICT)
            .text("a")
            .number(HUGE)
            .op(SETITEM)
            .text("t")
            .tensor(4, 1, longs(2), longs(1))
            .op(SETITEM)
            .end();
    try (TorchFile read = TorchFile.open(Pickles.archive(file(), pickle))) {
      assertThat(((Map<?, ?>) read.root()).get("a")).isEqualTo(HUGE);
    }
  }
}
