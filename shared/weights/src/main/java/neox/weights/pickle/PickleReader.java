package neox.weights.pickle;

import static neox.weights.pickle.Opcode.*;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.weights.DType;

/// Reads one pickle (protocols 2 to 5) as plain values.
///
/// Python `None`, `bool`, `int`, `float`, `str`, `bytes`, `list`, `tuple`, `dict`, `set` become
/// [None], [Boolean], [Long] or [BigInteger], [Double], [String], `byte[]`, [List], [Tuple],
/// [LinkedHashMap], [LinkedHashSet]; tensors become views; the few other classes a checkpoint may
/// hold become [PickledObject]. Any class outside the list of [Globals] is refused by name: a
/// pickle is a program, and this is an interpreter without the dangerous half.
final class PickleReader {
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.]*");

  private final ByteBuffer in;
  private final String where;
  private final StorageReader storages;
  private final Deque<List<Object>> marks = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private List<Object> stack = new ArrayList<>();

  private PickleReader(byte[] bytes, String where, StorageReader storages) {
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
    this.storages = storages;
  }

  /// The value the pickle describes.
  ///
  /// @param where the file, for error messages
  static Object read(byte[] bytes, String where, StorageReader storages) {
    PickleReader reader = new PickleReader(bytes, where, storages);
    try {
      return reader.run();
    } catch (BufferUnderflowException e) {
      throw new UserException(where + ": truncated: its pickle ends in the middle", e);
    } catch (ClassCastException
        | IndexOutOfBoundsException
        | NoSuchElementException
        | IllegalArgumentException e) {
      throw new UserException(
          where
              + ": damaged or unsupported pickle near byte "
              + reader.in.position()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private Object run() {
    while (true) {
      int opcode = Byte.toUnsignedInt(in.get());
      if (opcode == STOP) {
        return pop();
      }
      boolean known = constant(opcode) || collection(opcode) || memo(opcode) || object(opcode);
      if (!known) {
        throw UserException.of(
            "%s: pickle opcode 0x%02x at byte %d is not one that torch writes",
            where, opcode, in.position() - 1);
      }
    }
  }

  private boolean constant(int opcode) {
    switch (opcode) {
      case NONE -> push(None.NONE);
      case NEWTRUE -> push(true);
      case NEWFALSE -> push(false);
      case BININT -> push((long) in.getInt());
      case BININT1 -> push((long) unsignedByte());
      case BININT2 -> push((long) Short.toUnsignedInt(in.getShort()));
      case LONG1 -> push(integer(bytes(unsignedByte())));
      case LONG4 -> push(integer(bytes(in.getInt())));
      case BINFLOAT -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case SHORT_BINUNICODE -> push(text(unsignedByte(), StandardCharsets.UTF_8));
      case BINUNICODE -> push(text(in.getInt(), StandardCharsets.UTF_8));
      case BINUNICODE8 -> push(text(in.getLong(), StandardCharsets.UTF_8));
      case SHORT_BINSTRING -> push(text(unsignedByte(), StandardCharsets.ISO_8859_1));
      case BINSTRING -> push(text(in.getInt(), StandardCharsets.ISO_8859_1));
      case SHORT_BINBYTES -> push(bytes(unsignedByte()));
      case BINBYTES -> push(bytes(in.getInt()));
      case BINBYTES8, BYTEARRAY8 -> push(bytes(in.getLong()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean collection(int opcode) {
    switch (opcode) {
      case EMPTY_LIST -> push(new ArrayList<>());
      case APPEND -> append(List.of(pop()));
      case APPENDS -> append(popToMark());
      case EMPTY_TUPLE -> push(Tuple.of());
      case TUPLE1 -> push(new Tuple(pop(1)));
      case TUPLE2 -> push(new Tuple(pop(2)));
      case TUPLE3 -> push(new Tuple(pop(3)));
      case TUPLE -> push(new Tuple(popToMark()));
      case EMPTY_DICT -> push(new LinkedHashMap<>());
      case SETITEM -> setItems(pop(2));
      case SETITEMS -> setItems(popToMark());
      case EMPTY_SET -> push(new LinkedHashSet<>());
      case ADDITEMS -> append(popToMark());
      case FROZENSET -> {
        List<Object> members = popToMark();
        push(new LinkedHashSet<>());
        append(members);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean memo(int opcode) {
    switch (opcode) {
      case PROTO -> in.get();
      case FRAME -> in.getLong();
      case MARK -> {
        marks.push(stack);
        stack = new ArrayList<>();
      }
      case POP -> pop();
      case POP_MARK -> popToMark();
      case DUP -> push(stack.getLast());
      case MEMOIZE -> memo.put(memo.size(), stack.getLast());
      case BINPUT -> memo.put(unsignedByte(), stack.getLast());
      case LONG_BINPUT -> memo.put(in.getInt(), stack.getLast());
      case BINGET -> recall(unsignedByte());
      case LONG_BINGET -> recall(in.getInt());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean object(int opcode) {
    switch (opcode) {
      case GLOBAL -> global(line(), line());
      case STACK_GLOBAL -> {
        String name = (String) pop();
        global((String) pop(), name);
      }
      case REDUCE, NEWOBJ -> call((Tuple) pop());
      case NEWOBJ_EX -> {
        pop();
        call((Tuple) pop());
      }
      case BUILD -> build(pop());
      case BINPERSID -> push(storage((Tuple) pop()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void global(String module, String name) {
    if (!NAME.matcher(module).matches() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a class whose name is no name");
    }
    push(
        Globals.find(module, name)
            .orElseThrow(() ->
                new UserException(
                    where
                        + ": refuses to load global "
                        + module
                        + "."
                        + name
                        + ": a checkpoint holds tensors, numbers and text, and this file would"
                        + " run other code")));
  }

  private void call(Tuple arguments) {
    push(Globals.call((GlobalName) pop(), arguments, storages));
  }

  private void build(Object state) {
    Object target = stack.getLast();
    if (target instanceof PickledObject object) {
      object.state(state);
    } else if (!(target instanceof Map)) {
      // A state_dict carries its `_metadata` as an attribute of the dict: not needed.
      throw new IllegalArgumentException("state for a " + target.getClass().getSimpleName());
    }
  }

  private Globals.Storage storage(Tuple id) {
    if (id.size() < 5 || !"storage".equals(id.get(0))) {
      throw new IllegalArgumentException("persistent id " + id);
    }
    GlobalName type = (GlobalName) id.get(1);
    DType dtype =
        Globals.storageType(type)
            .orElseThrow(() -> new IllegalArgumentException("tensors of type " + type.name()));
    return new Globals.Storage(dtype, (String) id.get(2), (Long) id.get(4));
  }

  @SuppressWarnings("unchecked") // lists and sets on the stack hold anything
  private void append(List<Object> items) {
    Collection<Object> target = (Collection<Object>) stack.getLast();
    if (target instanceof LinkedHashSet) {
      items.forEach(Globals::hashable);
    }
    target.addAll(items);
  }

  @SuppressWarnings("unchecked") // dicts on the stack hold anything
  private void setItems(List<Object> items) {
    Map<Object, Object> target = (Map<Object, Object>) stack.getLast();
    for (int i = 0; i < items.size(); i += 2) {
      target.put(Globals.hashable(items.get(i)), items.get(i + 1));
    }
  }

  private void recall(int slot) {
    Object value = memo.get(slot);
    if (value == null) {
      throw new IllegalArgumentException("memo slot " + slot + " is empty");
    }
    push(value);
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() {
    return stack.removeLast();
  }

  private List<Object> pop(int count) {
    List<Object> top = stack.subList(stack.size() - count, stack.size());
    List<Object> items = new ArrayList<>(top);
    top.clear();
    return items;
  }

  private List<Object> popToMark() {
    List<Object> items = stack;
    stack = marks.pop();
    return items;
  }

  private int unsignedByte() {
    return Byte.toUnsignedInt(in.get());
  }

  private String text(long length, Charset charset) {
    return new String(bytes(length), charset);
  }

  private byte[] bytes(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private String line() {
    int start = in.position();
    int end = start;
    while (in.get(end) != '\n') {
      end++;
    }
    String line = text(end - start, StandardCharsets.UTF_8);
    in.get();
    return line;
  }

  /// Two's complement, little-endian, any length.
  private static Object integer(byte[] littleEndian) {
    byte[] bigEndian = new byte[littleEndian.length + 1];
    for (int i = 0; i < littleEndian.length; i++) {
      bigEndian[bigEndian.length - 1 - i] = littleEndian[i];
    }
    boolean negative = littleEndian.length > 0 && littleEndian[littleEndian.length - 1] < 0;
    bigEndian[0] = (byte) (negative ? -1 : 0);
    BigInteger value = new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }
}
